package io.nixfleet.agent.cli;

import io.nixfleet.agent.api.AgentClient;
import io.nixfleet.agent.api.AgentUnreachableException;
import io.nixfleet.agent.api.Reply;
import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.Paint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nixfleet-agent history}: the latest deployments of this host. */
@Command(
        name = "history",
        customSynopsis = "nixfleet-agent history [OPTION]...",
        description = "Show the latest deployments of this host that are over, newest first.",
        exitCodeList = {
            "0:shown",
            "1:unexpected: a fault of ours",
            "2:an option is wrong",
            "7:the agent cannot be reached",
            "8:it is too busy",
            "130:interrupted"
        },
        footer = {
            "  nixfleet-agent history --limit 5",
            "  nixfleet-agent history --json | jq '.deployments[0].outcome'"
        })
final class HistoryCommand extends AgentCommand {
    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many to show, 1 to 500. Default: 20.")
    private int limit;

    @Override
    ExitCode ask(AgentClient agent, CommandOutput output)
            throws AgentUnreachableException, InterruptedException {
        if (limit < 1 || limit > 500) {
            output.fail(ExitCode.USAGE, "--limit takes a number from 1 to 500");
            return ExitCode.USAGE;
        }
        Reply reply = agent.get("/v1/history?limit=" + limit);
        if (!reply.ok()) {
            return refused(output, reply);
        }
        output.print(new HistoryReport(reply.body(), Paint.ofOutput()), false);
        return ExitCode.OK;
    }
}

package io.nixfleet.agent.cli;

import io.nixfleet.agent.api.AgentClient;
import io.nixfleet.agent.api.AgentUnreachableException;
import io.nixfleet.agent.api.Reply;
import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.Paint;
import java.time.Instant;
import picocli.CommandLine.Command;

/** {@code nixfleet-agent status}: what the agent of this host does. */
@Command(
        name = "status",
        customSynopsis = "nixfleet-agent status [OPTION]...",
        description = "Show what the agent of this host does, and what it last did.",
        exitCodeList = {
            "0:shown",
            "1:unexpected: a fault of ours",
            "2:an option is wrong",
            "7:the agent cannot be reached",
            "8:it is too busy",
            "130:interrupted"
        },
        footer = {"  nixfleet-agent status", "  nixfleet-agent status --json | jq .phase"})
final class StatusCommand extends AgentCommand {
    @Override
    ExitCode ask(AgentClient agent, CommandOutput output)
            throws AgentUnreachableException, InterruptedException {
        Reply reply = agent.get("/v1/status");
        if (!reply.ok()) {
            return refused(output, reply);
        }
        output.print(new StatusReport(reply.body(), Instant.now(), Paint.ofOutput()), false);
        return ExitCode.OK;
    }
}

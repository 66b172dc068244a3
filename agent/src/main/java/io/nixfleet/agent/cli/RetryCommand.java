package io.nixfleet.agent.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.api.AgentClient;
import io.nixfleet.agent.api.AgentUnreachableException;
import io.nixfleet.agent.api.Reply;
import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.Report;
import io.nixfleet.agent.console.Units;
import io.nixfleet.nix.store.StorePath;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nixfleet-agent retry}: lets refused systems be deployed again. */
@Command(
        name = "retry",
        customSynopsis = "nixfleet-agent retry [OPTION]... [STORE_PATH]",
        description =
                "Let a system that was rolled back be deployed again, or all of those. It is"
                    + " deployed when the control plane wants it at the next poll, or by 'deploy'.",
        exitCodeList = {
            "0:done, also when nothing was refused",
            "1:unexpected: a fault of ours",
            "2:an option or the path is wrong",
            "7:the agent cannot be reached",
            "8:it is too busy",
            "130:interrupted"
        },
        footer = {
            "  nixfleet-agent retry",
            "  nixfleet-agent retry /nix/store/…-nixos-system-web-25.11"
        })
final class RetryCommand extends AgentCommand {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "STORE_PATH",
            description = "The system. Default: all that are refused.")
    private @Nullable StorePath path;

    @Override
    ExitCode ask(AgentClient agent, CommandOutput output)
            throws AgentUnreachableException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (path != null) {
            body.put("hash", path.toString());
        }
        Reply reply = agent.post("/v1/retry", body);
        if (!reply.ok()) {
            return refused(output, reply);
        }
        output.print(new Allowed(reply.body()), false);
        return ExitCode.OK;
    }

    private record Allowed(ObjectNode toJson) implements Report {
        @Override
        public void print(PrintWriter out, PrintWriter err, boolean quiet) {
            int count = toJson.path("allowed").asInt();
            out.println(
                    count == 0
                            ? "nothing was refused"
                            : Units.count(count, "refused system") + " may be deployed again");
        }
    }
}

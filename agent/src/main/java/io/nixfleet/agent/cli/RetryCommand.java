package io.nixfleet.agent.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.api.AgentClient;
import io.nixfleet.agent.api.AgentUnreachableException;
import io.nixfleet.agent.api.Reply;
import io.nixfleet.nix.store.StorePath;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nixfleet-agent retry}: lets refused systems be deployed again. */
@Command(
        name = "retry",
        description = {
            "Let a system that was rolled back be deployed again: PATH, or all that are refused.",
            "It is deployed when the control plane wants it at the next poll, or by 'deploy'."
        },
        footer = {
            "",
            "Exit codes: 0 done (also when nothing was refused), 1 unexpected, 2 usage,",
            "7 the agent cannot be reached, 8 it is too busy."
        })
final class RetryCommand extends AgentCommand {
    @Parameters(index = "0", arity = "0..1", paramLabel = "PATH", description = "A system.")
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

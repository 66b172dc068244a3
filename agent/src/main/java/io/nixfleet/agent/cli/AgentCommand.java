package io.nixfleet.agent.cli;

import io.nixfleet.agent.api.AgentClient;
import io.nixfleet.agent.api.AgentUnreachableException;
import io.nixfleet.agent.api.Reply;
import io.nixfleet.agent.console.CommandOutput;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the commands that ask a running agent have in common: how the asking fails. */
abstract sealed class AgentCommand implements Callable<Integer>
        permits StatusCommand, HistoryCommand, DeployCommand, RetryCommand {
    @Mixin private AgentOptions options = new AgentOptions();

    @Spec @Nullable CommandSpec spec;

    @Override
    public final Integer call() {
        var output = CommandOutput.of(spec, options.json);
        try {
            return ask(options.client(), output).code();
        } catch (AgentUnreachableException e) {
            return output.fail(ExitCode.NO_AGENT, e);
        } catch (InterruptedException _) {
            return output.interrupted(
                    "the agent goes on with what it was asked for: see 'nixfleet-agent status'");
        }
    }

    /** Asks, and prints what there is to say. */
    abstract ExitCode ask(AgentClient agent, CommandOutput output)
            throws AgentUnreachableException, InterruptedException;

    /** Says why the agent did not do it. */
    static ExitCode refused(CommandOutput output, Reply reply) {
        ExitCode exit =
                switch (reply.status()) {
                    case 409, 503 -> ExitCode.CONFLICT;
                    case 400, 422 -> ExitCode.USAGE;
                    default -> ExitCode.UNEXPECTED;
                };
        String id = reply.body().path("id").asText("");
        output.fail(exit, reply.error() + (id.isEmpty() ? "" : " (deployment " + id + ")"));
        return exit;
    }
}

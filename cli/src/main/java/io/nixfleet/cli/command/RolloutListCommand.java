package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.cli.view.RolloutsView;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nixfleet rollout list}. */
@Command(
        name = "list",
        customSynopsis = "nixfleet rollout list [OPTION]...",
        description = "List rollouts, the newest first.",
        exitCodeList = {
            "0:listed",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "4:the control plane does not let you in",
            "5:the control plane does not answer",
            "130:interrupted"
        },
        footer = "  nixfleet rollout list --status paused")
final class RolloutListCommand extends OperatorCommand {
    @Option(
            names = "--status",
            paramLabel = "WORD",
            description =
                    "Only those that are created, running, paused, completed, failed or"
                            + " cancelled.")
    private @Nullable String status;

    @Override
    ExitCode run(Setup setup, CommandOutput output) throws IOException, InterruptedException {
        output.print(
                new RolloutsView(
                        setup.client().rollouts(Optional.ofNullable(status)), Paint.ofOutput()),
                false);
        return ExitCode.OK;
    }
}

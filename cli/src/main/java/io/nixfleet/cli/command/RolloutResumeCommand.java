package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.cli.view.Done;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nixfleet rollout resume}. */
@Command(
        name = "resume",
        customSynopsis = "nixfleet rollout resume [OPTION]... ROLLOUT",
        description = "Let a rollout that paused go on: batches that failed begin again.",
        exitCodeList = {
            "0:it goes on; with --wait: all machines have the release, and are healthy",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "3:there is no such rollout",
            "4:the control plane does not let you in",
            "5:the control plane does not answer",
            "8:it is not paused",
            "9:with --wait: it paused, failed, was cancelled, or is not over in time",
            "130:interrupted; the rollout goes on"
        },
        footer = "  nixfleet rollout resume r-1 --wait")
final class RolloutResumeCommand extends OperatorCommand {
    @Parameters(paramLabel = "ROLLOUT", description = "The rollout, by its id.")
    private String id = "";

    @Mixin private WaitFlags wait = new WaitFlags();

    @Override
    String goingOn() {
        return "a rollout that has begun goes on: see 'nixfleet status'";
    }

    @Override
    ExitCode run(Setup setup, CommandOutput output)
            throws CommandFailure, IOException, InterruptedException {
        Duration limit = wait.limit();
        setup.client().resume(id);
        if (wait.wait) {
            return new RolloutWait(setup.client(), id, limit, output).follow();
        }
        output.print(new Done("resumed", id, "rollout %s goes on".formatted(id)), false);
        return ExitCode.OK;
    }
}

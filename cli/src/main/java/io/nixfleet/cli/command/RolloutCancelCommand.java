package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.cli.view.Done;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nixfleet rollout cancel}. */
@Command(
        name = "cancel",
        customSynopsis = "nixfleet rollout cancel [OPTION]... ROLLOUT",
        description = "End a rollout. Machines keep what they have got.",
        exitCodeList = {
            "0:cancelled",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "3:there is no such rollout",
            "4:the control plane does not let you in",
            "5:the control plane does not answer",
            "8:it is over already",
            "130:interrupted"
        },
        footer = "  nixfleet rollout cancel r-1")
final class RolloutCancelCommand extends OperatorCommand {
    @Parameters(paramLabel = "ROLLOUT", description = "The rollout, by its id.")
    private String id = "";

    @Override
    ExitCode run(Setup setup, CommandOutput output) throws IOException, InterruptedException {
        setup.client().cancel(id);
        output.print(new Done("cancelled", id, "cancelled rollout " + id), false);
        return ExitCode.OK;
    }
}

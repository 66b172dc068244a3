package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.cli.view.Done;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nixfleet release delete}. */
@Command(
        name = "delete",
        customSynopsis = "nixfleet release delete [OPTION]... RELEASE",
        description = "Delete a release that no rollout refers to. What is in caches stays there.",
        exitCodeList = {
            "0:deleted",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "3:there is no such release",
            "4:the control plane does not let you in",
            "5:the control plane does not answer",
            "8:a rollout refers to it",
            "130:interrupted"
        },
        footer = "  nixfleet release delete rel-1")
final class ReleaseDeleteCommand extends OperatorCommand {
    @Parameters(paramLabel = "RELEASE", description = "The release, by its id.")
    private String id = "";

    @Override
    ExitCode run(Setup setup, CommandOutput output) throws IOException, InterruptedException {
        setup.client().deleteRelease(id);
        output.print(new Done("deleted", id, "deleted release " + id), false);
        return ExitCode.OK;
    }
}

package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.cli.view.ReleaseView;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nixfleet release show}. */
@Command(
        name = "show",
        customSynopsis = "nixfleet release show [OPTION]... RELEASE",
        description = "Show a release: where it comes from, and the system of each host.",
        exitCodeList = {
            "0:shown",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "3:there is no such release",
            "4:the control plane does not let you in",
            "5:the control plane does not answer",
            "130:interrupted"
        },
        footer = "  nixfleet release show rel-1")
final class ReleaseShowCommand extends OperatorCommand {
    @Parameters(paramLabel = "RELEASE", description = "The release, by its id.")
    private String id = "";

    @Override
    ExitCode run(Setup setup, CommandOutput output) throws IOException, InterruptedException {
        output.print(new ReleaseView(setup.client().release(id)), false);
        return ExitCode.OK;
    }
}

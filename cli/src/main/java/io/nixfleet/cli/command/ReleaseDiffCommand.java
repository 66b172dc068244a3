package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.cli.view.ReleaseDiffView;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nixfleet release diff}. */
@Command(
        name = "diff",
        customSynopsis = "nixfleet release diff [OPTION]... BEFORE AFTER",
        description = "Show which hosts came, went and changed from one release to another.",
        exitCodeList = {
            "0:shown, whether or not they differ",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "3:there is no such release",
            "4:the control plane does not let you in",
            "5:the control plane does not answer",
            "130:interrupted"
        },
        footer = "  nixfleet release diff rel-1 rel-2")
final class ReleaseDiffCommand extends OperatorCommand {
    @Parameters(index = "0", paramLabel = "BEFORE", description = "A release, by its id.")
    private String before = "";

    @Parameters(index = "1", paramLabel = "AFTER", description = "Another one, by its id.")
    private String after = "";

    @Override
    ExitCode run(Setup setup, CommandOutput output) throws IOException, InterruptedException {
        output.print(
                new ReleaseDiffView(setup.client().diff(before, after), Paint.ofOutput()), false);
        return ExitCode.OK;
    }
}

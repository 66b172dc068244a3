package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.cli.view.MachinesView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nixfleet machines list}. */
@Command(
        name = "list",
        customSynopsis = "nixfleet machines list [OPTION]...",
        description =
                "List the machines that the control plane knows: what they run, what is wanted of"
                        + " them, when they reported last.",
        exitCodeList = {
            "0:listed",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "4:the control plane does not let you in",
            "5:the control plane does not answer",
            "130:interrupted"
        },
        footer = "  nixfleet machines list --tags web,eu")
final class MachinesListCommand extends OperatorCommand {
    @Option(
            names = "--tags",
            paramLabel = "TAG",
            split = ",",
            description = "Only those with all of these tags, parted by commas. Repeatable.")
    private List<String> tags = new ArrayList<>();

    @Mixin private StaleFlag stale = new StaleFlag();

    @Override
    ExitCode run(Setup setup, CommandOutput output) throws IOException, InterruptedException {
        output.print(
                new MachinesView(setup.client().machines(tags), stale.after(), Paint.ofOutput()),
                false);
        return ExitCode.OK;
    }
}

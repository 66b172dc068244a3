package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.FlagValues;
import io.nixfleet.cli.view.ReleasesView;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nixfleet release list}. */
@Command(
        name = "list",
        customSynopsis = "nixfleet release list [OPTION]...",
        description = "List releases, the newest first.",
        exitCodeList = {
            "0:listed",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "4:the control plane does not let you in",
            "5:the control plane does not answer",
            "130:interrupted"
        },
        footer = "  nixfleet release list --host web-1 --limit 5")
final class ReleaseListCommand extends OperatorCommand {
    private static final int MOST = 500;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many at most, 1 to 500. Default: 20.")
    private int limit = 20;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "Only those with a system for HOST.")
    private @Nullable String host;

    @Override
    ExitCode run(Setup setup, CommandOutput output) throws IOException, InterruptedException {
        int most = FlagValues.within("--limit", limit, 1, MOST);
        output.print(
                new ReleasesView(setup.client().releases(most, Optional.ofNullable(host))), false);
        return ExitCode.OK;
    }
}

package io.nixfleet.cli.command;

import io.nixfleet.agent.console.FlagValues;
import java.time.Duration;
import picocli.CommandLine.Option;

/** When a machine is worth a look since it is silent. */
final class StaleFlag {
    @Option(
            names = {"--stale-after", "--stale-threshold"},
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "Mark machines that have not reported for so long. Default: 600.")
    private long seconds = 600;

    Duration after() {
        return FlagValues.seconds("--stale-after", seconds, 1);
    }
}

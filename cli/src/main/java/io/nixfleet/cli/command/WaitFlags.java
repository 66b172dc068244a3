package io.nixfleet.cli.command;

import io.nixfleet.agent.console.FlagValues;
import java.time.Duration;
import picocli.CommandLine.Option;

/** Whether, and how long, to wait for the end of a rollout. */
final class WaitFlags {
    @Option(
            names = "--wait",
            description =
                    "Follow the rollout until it is over or pauses; the exit code says how it"
                            + " went.")
    boolean wait;

    @Option(
            names = "--wait-timeout",
            paramLabel = "SECONDS",
            defaultValue = "3600",
            description = "How long to follow it; it goes on after that. Default: 3600.")
    long timeout = 3600;

    Duration limit() {
        return FlagValues.seconds("--wait-timeout", timeout, 1);
    }
}

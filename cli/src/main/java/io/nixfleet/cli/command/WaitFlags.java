package io.nixfleet.cli.command;

import io.nixfleet.agent.console.FlagValues;
import io.nixfleet.agent.console.UsageException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether, and how long, to wait for the end of a rollout. */
final class WaitFlags {
    private static final Duration USUAL = Duration.ofHours(1);

    @Option(
            names = "--wait",
            description =
                    "Follow the rollout until it is over or pauses; the exit code says how it"
                            + " went.")
    boolean wait;

    @Option(
            names = "--wait-timeout",
            paramLabel = "SECONDS",
            description = "How long to follow it; it goes on after that. Default: 3600.")
    private @Nullable Long timeout;

    Duration limit() {
        return timeout == null ? USUAL : FlagValues.seconds("--wait-timeout", timeout, 1);
    }

    /** For what has other limits: which ones, in words. */
    void refuseLimit(String others) {
        if (timeout != null) {
            throw new UsageException("--wait-timeout is not for this: " + others);
        }
    }
}

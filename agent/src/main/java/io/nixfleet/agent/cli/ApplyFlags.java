package io.nixfleet.agent.cli;

import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.console.FlagValues;
import io.nixfleet.agent.console.UsageException;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a system is applied and judged. */
final class ApplyFlags {
    private static final long MOST_MEGABYTES = 1_000_000;

    @Option(names = "--dry-run", description = "Fetch and report, but never apply.")
    private boolean dryRun;

    @Option(
            names = "--settle-time",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "Time from a switch to the first health checks. Default: 5.")
    private long settle;

    @Option(
            names = "--verify-timeout",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description =
                    "How long health checks may fail before the system is rolled back. Default:"
                            + " 120.")
    private long verify;

    @Option(
            names = "--confirm-timeout",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description =
                    "Roll back unless the control plane answers within this time after a switch."
                            + " Default: 0, off.")
    private long confirm;

    @Option(
            names = "--tolerate-failed-units",
            description =
                    "Go on to the health checks when a switch says that some units failed (exit"
                            + " code 4), instead of rolling back.")
    private boolean tolerateFailedUnits;

    @Option(
            names = "--boot-floor",
            paramLabel = "MB",
            defaultValue = "16",
            description = "Refuse to deploy when /boot has less room. Default: 16.")
    private long bootFloor;

    boolean dryRun() {
        return dryRun;
    }

    AgentSettings.Applying applying() {
        if (bootFloor < 0 || bootFloor > MOST_MEGABYTES) {
            throw new UsageException(
                    "--boot-floor: %d MB is not between 0 and %d"
                            .formatted(bootFloor, MOST_MEGABYTES));
        }
        return new AgentSettings.Applying(
                tolerateFailedUnits,
                FlagValues.seconds("--settle-time", settle, 0),
                FlagValues.seconds("--verify-timeout", verify, 1),
                Optional.of(FlagValues.seconds("--confirm-timeout", confirm, 0))
                        .filter(limit -> !limit.isZero()),
                bootFloor * 1_000_000);
    }
}

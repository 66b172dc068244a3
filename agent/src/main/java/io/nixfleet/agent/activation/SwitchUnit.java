package io.nixfleet.agent.activation;

import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.time.Ticks;
import io.nixfleet.nix.store.StorePath;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One run of {@code switch-to-configuration}, in a systemd unit of its own: a switch that restarts
 * the agent goes on, and the agent that comes back finds it by its name. The name is the
 * deployment's, so that no unit that failed earlier is in the way.
 */
public final class SwitchUnit {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    // After its time is up, systemd asks the switch to end, waits, and then kills it.
    private static final Duration MARGIN = STOP_LIMIT.multipliedBy(4);
    private static final int LOG_LINES = 20;

    /** What a run is for. A deployment has at most one of each. */
    public enum Role {
        DEPLOY(""),
        /** Makes the former profile's system the boot default again, where another one ran. */
        ROLLBACK_BOOT("-rollback-boot"),
        ROLLBACK("-rollback");

        private final String suffix;

        Role(String suffix) {
            this.suffix = suffix;
        }
    }

    private final HostPaths paths;
    private final Systemd systemd;
    private final Duration limit;
    private final String name;

    public SwitchUnit(
            HostPaths paths,
            HostCommands commands,
            Ticks ticks,
            ActivationLimits limits,
            Name unit) {
        this.paths = paths;
        this.systemd = new Systemd(commands, ticks);
        this.limit = limits.switching();
        this.name = unit.toString();
    }

    /**
     * The name of a unit.
     *
     * @param deploymentId whose switch it is
     */
    public record Name(String deploymentId, Role role) {
        public Name {
            if (!deploymentId.matches("[A-Za-z0-9_-]{1,64}")) {
                throw new IllegalArgumentException("a deployment's id is 1 to 64 of [A-Za-z0-9_-]");
            }
        }

        @Override
        public String toString() {
            return "nixfleet-switch-" + deploymentId + role.suffix + ".service";
        }
    }

    /** The unit's name, for logs. */
    public String name() {
        return name;
    }

    /**
     * Starts the switch and returns at once.
     *
     * @throws HostException when systemd did not take it; then nothing runs
     */
    public void start(StorePath system, Action action) throws HostException, InterruptedException {
        try {
            systemd.run(
                    "start the switch to " + system,
                    List.of(
                            "--unit=" + name,
                            "--description=NixFleet: " + action.word() + " to " + system.baseName(),
                            "--no-block",
                            "--property=Type=oneshot",
                            "--property=RemainAfterExit=yes",
                            "--property=TimeoutStartSec=" + millis(limit),
                            "--property=TimeoutStopSec=" + millis(STOP_LIMIT),
                            "--property=KillMode=control-group",
                            "--property=StandardOutput=journal",
                            "--property=StandardError=journal",
                            "--",
                            paths.switchProgram(system).toString(),
                            action.word()));
        } catch (HostException e) {
            // systemd-run may lose its answer to a systemd that is being reloaded.
            if (!systemd.show(name).isBusy()) {
                throw e;
            }
        }
    }

    private static String millis(Duration duration) {
        return duration.toMillis() + "ms";
    }

    /**
     * Waits for the switch to end, also one that another life of this agent started. Empty when
     * systemd knows no such unit: it was never started, was cleaned, or the host was started anew.
     */
    public Optional<SwitchResult> await() throws HostException, InterruptedException {
        Duration longest = limit.plus(MARGIN);
        UnitState last = systemd.awaitIdle(name, longest);
        if (!last.isLoaded()) {
            return Optional.empty();
        }
        return Optional.of(
                last.isBusy()
                        ? new SwitchResult.Lost(
                                "it did not end within %d s, and systemd did not end it"
                                        .formatted(longest.toSeconds()))
                        : last.ending());
    }

    /** Whether the switch is under way. */
    public boolean isRunning() throws HostException, InterruptedException {
        return systemd.show(name).isBusy();
    }

    /** The last lines that the switch printed, at most 4 KiB; empty where there is no journal. */
    public String lastLines() throws InterruptedException {
        return systemd.lastLines(name, LOG_LINES);
    }

    /** Lets systemd forget the unit. A switch that still runs is ended. */
    public void clean() throws HostException, InterruptedException {
        systemd.forget(name);
    }
}

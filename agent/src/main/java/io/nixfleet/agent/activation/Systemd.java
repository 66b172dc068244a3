package io.nixfleet.agent.activation;

import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.agent.time.Ticks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Transient units, by systemd's commands. */
final class Systemd {
    // A switch reloads systemd, or runs it anew, and it answers nobody meanwhile.
    private static final Duration SILENCE = Duration.ofMinutes(2);
    private static final Duration FIRST_INTERVAL = Duration.ofMillis(100);
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final HostCommands commands;
    private final Ticks ticks;

    Systemd(HostCommands commands, Ticks ticks) {
        this.commands = commands;
        this.ticks = ticks;
    }

    /** Starts what {@code systemd-run} is told to. */
    void run(String purpose, List<String> arguments) throws HostException, InterruptedException {
        var words = new ArrayList<String>();
        words.add("systemd-run");
        words.add("--no-ask-password");
        String locales = commands.environment().get("LOCALE_ARCHIVE");
        if (locales != null) {
            words.add("--setenv=LOCALE_ARCHIVE=" + locales);
        }
        words.addAll(arguments);
        commands.require(purpose, words);
    }

    /** Looks at a unit; waits for a systemd that does not answer just now. */
    UnitState show(String unit) throws HostException, InterruptedException {
        Duration deadline = ticks.now().plus(SILENCE);
        while (true) {
            String problem;
            try {
                ProcessRunner.Result shown =
                        commands.run("systemctl", "show", "-p", UnitState.PROPERTIES, unit);
                UnitState state = UnitState.parse(shown.stdout());
                if (shown.exitCode() == 0 && state.isKnown()) {
                    return state;
                }
                problem = "%s: %s".formatted(shown.ending(), shown.stderr().strip());
            } catch (IOException e) {
                problem = String.valueOf(e.getMessage());
            }
            if (ticks.now().compareTo(deadline) >= 0) {
                throw new HostException(
                        "systemd does not tell the state of %s: %s".formatted(unit, problem));
            }
            ticks.sleep(INTERVAL);
        }
    }

    /** Waits while a unit is busy, and says what it was last. */
    UnitState awaitIdle(String unit, Duration limit) throws HostException, InterruptedException {
        Duration deadline = ticks.now().plus(limit);
        Duration interval = FIRST_INTERVAL;
        while (true) {
            UnitState state = show(unit);
            if (!state.isBusy() || ticks.now().compareTo(deadline) >= 0) {
                return state;
            }
            ticks.sleep(interval);
            Duration longer = interval.multipliedBy(2);
            interval = longer.compareTo(INTERVAL) < 0 ? longer : INTERVAL;
        }
    }

    /** Stops a unit; one that is not there is stopped. */
    void stop(String unit) throws HostException, InterruptedException {
        control("stop", unit);
    }

    /** Stops and starts a unit, which stays loaded meanwhile. */
    void restart(String unit) throws HostException, InterruptedException {
        control("restart", unit);
    }

    /** Stops a unit and lets systemd forget how it ended, so that nothing of it stays loaded. */
    void forget(String unit) throws HostException, InterruptedException {
        control("stop", unit);
        if (show(unit).active().equals("failed")) {
            control("reset-failed", unit);
        }
        UnitState left = show(unit);
        if (left.isBusy() || left.active().equals("active") || left.active().equals("failed")) {
            throw new HostException(
                    "systemd keeps the unit %s, which is %s; try 'systemctl stop' and 'systemctl reset-failed' on it"
                            .formatted(unit, left.active()));
        }
    }

    private void control(String verb, String unit) throws HostException, InterruptedException {
        try {
            // It fails for a unit that is not loaded, which is as well.
            var _ = commands.run("systemctl", verb, unit);
        } catch (IOException e) {
            throw new HostException(
                    "could not %s the unit %s: %s".formatted(verb, unit, e.getMessage()), e);
        }
    }

    /** The last lines of a unit's log, if there are any to be had. */
    String lastLines(String unit, int lines) throws InterruptedException {
        try {
            ProcessRunner.Result log =
                    commands.run(
                            "journalctl",
                            "--quiet",
                            "--no-pager",
                            "-u",
                            unit,
                            "-n",
                            Integer.toString(lines),
                            "-o",
                            "cat");
            return log.exitCode() == 0 ? log.stdout().strip() : "";
        } catch (IOException _) {
            return "";
        }
    }
}

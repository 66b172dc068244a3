package io.nixfleet.agent.activation;

import java.util.HashMap;
import java.util.Map;

/**
 * A unit as {@code systemctl show} tells of it. Those that matter here are oneshot services that
 * remain after their exit: such a one is "activating" while it works, "active" after exit code 0,
 * and "failed" after anything else.
 *
 * @param pending whether systemd has yet to do something with it
 */
record UnitState(
        String load,
        String active,
        String sub,
        String result,
        int mainCode,
        int mainStatus,
        boolean pending) {
    /** What to ask for. */
    static final String PROPERTIES =
            "LoadState,ActiveState,SubState,Result,ExecMainCode,ExecMainStatus,Job";

    private static final int EXITED = 1;

    /** Reads {@code NAME=VALUE} lines; what is missing or junk is empty or zero. */
    static UnitState parse(String shown) {
        Map<String, String> values = new HashMap<>();
        shown.lines()
                .forEach(
                        line -> {
                            int equals = line.indexOf('=');
                            if (equals > 0) {
                                values.put(
                                        line.substring(0, equals),
                                        line.substring(equals + 1).strip());
                            }
                        });
        return new UnitState(
                values.getOrDefault("LoadState", ""),
                values.getOrDefault("ActiveState", ""),
                values.getOrDefault("SubState", ""),
                values.getOrDefault("Result", ""),
                number(values.getOrDefault("ExecMainCode", "")),
                number(values.getOrDefault("ExecMainStatus", "")),
                number(values.getOrDefault("Job", "")) > 0);
    }

    private static int number(String text) {
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    }

    /** Whether systemd told of it at all. */
    boolean isKnown() {
        return !load.isEmpty() && !active.isEmpty();
    }

    boolean isLoaded() {
        return !load.equals("not-found");
    }

    /** Whether it works, or is about to. */
    boolean isBusy() {
        return isLoaded()
                && switch (active) {
                    case "activating", "deactivating", "reloading" -> true;
                    case "inactive" -> pending;
                    default -> false;
                };
    }

    /** How a service ended that is loaded and not busy. */
    SwitchResult ending() {
        return switch (active) {
            case "active" -> new SwitchResult.Exited(mainStatus);
            case "failed" -> failure();
            default ->
                    new SwitchResult.Lost("someone stopped its unit before it ended (" + sub + ")");
        };
    }

    private SwitchResult failure() {
        return switch (result) {
            case "exit-code" -> new SwitchResult.Exited(mainStatus);
            case "signal", "core-dump" -> new SwitchResult.Killed("signal " + mainStatus);
            case "oom-kill" -> new SwitchResult.Killed("the kernel, for lack of memory");
            case "timeout" -> new SwitchResult.TimedOut();
            default ->
                    mainCode == EXITED && mainStatus != 0
                            ? new SwitchResult.Exited(mainStatus)
                            : new SwitchResult.Lost("systemd says '" + result + "'");
        };
    }
}

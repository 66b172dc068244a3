package io.nixfleet.agent.deploy;

/** What came of the work of a phase. */
public sealed interface PhaseResult {
    /** Whether something went otherwise than it should. */
    default boolean isSetback() {
        return switch (this) {
            case Switched(int exitCode, _) -> exitCode != 0;
            case NotPossible _,
                    NotFetched _,
                    SwitchBroke _,
                    NotBegun _,
                    Unhealthy _,
                    NotRestored _ ->
                    true;
            case Ready _,
                    NothingToDo _,
                    Fetched _,
                    WouldApply _,
                    GaveWay _,
                    HostChanged _,
                    Healthy _,
                    Restored _ ->
                    false;
        };
    }

    // of CHECKING

    /** The host can take the system; this is what it has now. */
    record Ready(SystemState before) implements PhaseResult {}

    /** The host has the system already. */
    record NothingToDo(String message) implements PhaseResult {}

    /** The host will not take it. */
    record NotPossible(String message) implements PhaseResult {}

    // of FETCHING

    /** The closure is valid and protected. */
    record Fetched() implements PhaseResult {}

    /** The closure is valid, and the agent is to stop here. */
    record WouldApply() implements PhaseResult {}

    record NotFetched(String message) implements PhaseResult {}

    /** Another deployment cancelled the fetch. */
    record GaveWay(String message) implements PhaseResult {}

    // of APPLYING

    /**
     * Nothing was begun: another switch, which was waited for, changed what there is to return to.
     */
    record HostChanged(SystemState before) implements PhaseResult {}

    /** {@code switch-to-configuration} ended by itself. */
    record Switched(int exitCode, String lastWords) implements PhaseResult {}

    /** It did not end as it should, or cannot be found any more. */
    record SwitchBroke(String message) implements PhaseResult {}

    /** Nothing of the host was changed: the switch could not begin. */
    record NotBegun(String message) implements PhaseResult {}

    // of VERIFYING

    record Healthy() implements PhaseResult {}

    record Unhealthy(String message) implements PhaseResult {}

    // of ROLLING_BACK

    record Restored() implements PhaseResult {}

    record NotRestored(String message) implements PhaseResult {}
}

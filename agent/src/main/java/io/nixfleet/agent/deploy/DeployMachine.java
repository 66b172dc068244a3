package io.nixfleet.agent.deploy;

/**
 * What follows from what: the decisions of the deploy cycle, without its work.
 *
 * <p>Each phase has one piece of work, whose result leads to the next phase. The runner makes the
 * deployment durable in its new phase before it begins that phase's work; so after a crash the work
 * of the recorded phase is done again, and each can be: a check and a fetch change nothing, a
 * switch is found by the name of its unit, a roll-back goes to a recorded place.
 *
 * @param toleratesFailedUnits whether exit code 4 of a switch, "some units failed", leads on to the
 *     health checks rather than back
 */
public record DeployMachine(boolean toleratesFailedUnits) {
    /** {@code switch-to-configuration}: the system was activated, but some units failed. */
    public static final int SOME_UNITS_FAILED = 4;

    /**
     * The deployment after its phase's work.
     *
     * @throws IllegalStateException when the result is not one of that phase
     */
    public Deployment next(Deployment now, PhaseResult result) {
        return switch (result) {
            case PhaseResult.Ready(SystemState before) ->
                    from(now, Phase.CHECKING).replacing(before).in(Phase.FETCHING);
            case PhaseResult.NothingToDo(String message) ->
                    from(now, Phase.CHECKING).ending(new Outcome.AlreadyRunning(message));
            case PhaseResult.NotPossible(String message) ->
                    from(now, Phase.CHECKING).ending(new Outcome.Failed(message));

            case PhaseResult.Fetched _ -> from(now, Phase.FETCHING).in(Phase.APPLYING);
            case PhaseResult.WouldApply _ ->
                    from(now, Phase.FETCHING).ending(new Outcome.DryRun("dry-run: would apply"));
            case PhaseResult.NotFetched(String message) ->
                    from(now, Phase.FETCHING).ending(new Outcome.Failed(message));
            case PhaseResult.GaveWay(String message) -> gaveWay(now, message);

            case PhaseResult.HostChanged(SystemState before) ->
                    from(now, Phase.APPLYING).replacing(before);
            case PhaseResult.Switched(int exitCode, String lastWords) ->
                    switched(from(now, Phase.APPLYING), exitCode, lastWords);
            case PhaseResult.SwitchBroke(String message) ->
                    undo(from(now, Phase.APPLYING), message);
            case PhaseResult.NotBegun(String message) ->
                    from(now, Phase.APPLYING).ending(new Outcome.Failed(message));

            case PhaseResult.Healthy _ ->
                    from(now, Phase.VERIFYING).ending(new Outcome.Deployed("deployed"));
            case PhaseResult.Unhealthy(String message) -> undo(from(now, Phase.VERIFYING), message);

            case PhaseResult.Restored _ ->
                    from(now, Phase.ROLLING_BACK)
                            .ending(new Outcome.RolledBack("rolled back: " + reason(now)));
            case PhaseResult.NotRestored(String message) ->
                    from(now, Phase.ROLLING_BACK)
                            .ending(
                                    new Outcome.RollbackFailed(
                                            "rollback failed: %s; it was to be undone because: %s"
                                                    .formatted(message, reason(now))));
        };
    }

    /** Only before anything was changed can a deployment give way. */
    private static Deployment gaveWay(Deployment now, String message) {
        return switch (now.phase()) {
            case CHECKING, FETCHING -> now.ending(new Outcome.Superseded(message));
            case IDLE, APPLYING, VERIFYING, REPORTING, ROLLING_BACK ->
                    throw new IllegalStateException(
                            "a deployment does not give way while " + now.phase().word());
        };
    }

    private Deployment switched(Deployment now, int exitCode, String lastWords) {
        Action action = now.request().action();
        boolean done = exitCode == 0 || (exitCode == SOME_UNITS_FAILED && toleratesFailedUnits);
        if (done) {
            return action.activates()
                    ? now.in(Phase.VERIFYING)
                    : now.ending(new Outcome.Deployed("deployed (%s)".formatted(action.word())));
        }
        String why =
                exitCode == SOME_UNITS_FAILED
                        ? "some units failed (switch-to-configuration %s ended with exit code 4)"
                                .formatted(action.word())
                        : "switch-to-configuration %s ended with exit code %d"
                                .formatted(action.word(), exitCode);
        return undo(now, lastWords.isEmpty() ? why : why + ": " + lastWords);
    }

    private static Deployment undo(Deployment now, String why) {
        // What only looks leaves nothing to undo.
        return now.request().action() == Action.DRY_ACTIVATE
                ? now.ending(new Outcome.Failed(why))
                : now.because(why).in(Phase.ROLLING_BACK);
    }

    private static String reason(Deployment now) {
        return now.reason().orElse("unknown");
    }

    private static Deployment from(Deployment now, Phase expected) {
        if (now.phase() != expected) {
            throw new IllegalStateException(
                    "a result of %s came while %s".formatted(expected.word(), now.phase().word()));
        }
        return now;
    }
}

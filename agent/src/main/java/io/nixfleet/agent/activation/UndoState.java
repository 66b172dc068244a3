package io.nixfleet.agent.activation;

/** What became of the timer that undoes a deployment. */
public sealed interface UndoState {
    /** Whether it does not wait any more, but began its work. */
    default boolean wentOff() {
        return switch (this) {
            case Absent _, Armed _ -> false;
            case Undoing _, Undone _, UndoFailed _ -> true;
        };
    }

    /** There is none: never armed, disarmed, or lost with a restart of the host. */
    record Absent() implements UndoState {}

    /** It will undo the deployment, unless it is disarmed. */
    record Armed() implements UndoState {}

    /** It is undoing the deployment. */
    record Undoing() implements UndoState {}

    /**
     * It undid the deployment.
     *
     * @param note what was not quite well, for people; empty when all was
     */
    record Undone(String note) implements UndoState {}

    /** It began to undo the deployment and did not get through. */
    record UndoFailed(String why) implements UndoState {}
}

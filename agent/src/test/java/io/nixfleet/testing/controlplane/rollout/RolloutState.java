package io.nixfleet.testing.controlplane.rollout;

/** How far a rollout is. */
public enum RolloutState {
    CREATED,
    RUNNING,
    PAUSED,
    COMPLETED,
    FAILED,
    CANCELLED;

    /** Whether its machines are still its own. */
    public boolean active() {
        return this == CREATED || this == RUNNING || this == PAUSED;
    }
}

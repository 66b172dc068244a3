package io.nixfleet.testing.controlplane.rollout;

/** How far a batch is. */
public enum BatchState {
    PENDING,
    DEPLOYING,
    WAITING_HEALTH,
    SUCCEEDED,
    FAILED;

    boolean over() {
        return this == SUCCEEDED || this == FAILED;
    }
}

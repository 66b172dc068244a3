package io.nixfleet.testing.controlplane.rollout;

/** What becomes of a rollout with a batch that failed. */
public enum OnFailure {
    PAUSE,
    REVERT
}

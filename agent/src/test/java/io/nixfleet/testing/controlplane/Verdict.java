package io.nixfleet.testing.controlplane;

/** What a control plane thinks of a machine in a rollout. */
public enum Verdict {
    HEALTHY,
    PENDING,
    UNHEALTHY
}

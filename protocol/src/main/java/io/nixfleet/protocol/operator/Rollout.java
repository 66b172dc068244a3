package io.nixfleet.protocol.operator;

import java.util.List;
import java.util.Set;

/**
 * A rollout at one time.
 *
 * @param status created, running, paused, completed, failed or cancelled
 * @param createdAt when, in RFC 3339; empty if the control plane does not say
 */
public record Rollout(
        String id,
        String status,
        String strategy,
        String releaseId,
        String onFailure,
        String failureThreshold,
        List<RolloutBatch> batches,
        String createdAt) {
    private static final Set<String> OVER = Set.of("completed", "failed", "cancelled");

    public Rollout {
        batches = List.copyOf(batches);
    }

    /** Whether nothing more will happen to it. */
    public boolean over() {
        return OVER.contains(status);
    }

    /** Whether it waits for an operator. */
    public boolean paused() {
        return status.equals("paused");
    }

    /** Whether every batch succeeded. */
    public boolean completed() {
        return status.equals("completed");
    }
}

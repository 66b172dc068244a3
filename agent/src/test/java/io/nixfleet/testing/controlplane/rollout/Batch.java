package io.nixfleet.testing.controlplane.rollout;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Machines that get a release together.
 *
 * @param startedAt from when on what its machines say counts
 * @param before the store paths that were desired of its machines before the rollout
 */
public record Batch(
        int index,
        List<String> machines,
        BatchState state,
        Optional<Instant> startedAt,
        Optional<Instant> completedAt,
        Map<String, String> before) {
    public Batch {
        machines = List.copyOf(machines);
        before = Map.copyOf(before);
    }

    static Batch pending(int index, List<String> machines) {
        return new Batch(
                index, machines, BatchState.PENDING, Optional.empty(), Optional.empty(), Map.of());
    }

    /** It begins. */
    public Batch begun(Instant now, Map<String, String> desiredBefore) {
        return new Batch(
                index,
                machines,
                BatchState.DEPLOYING,
                Optional.of(now),
                Optional.empty(),
                desiredBefore);
    }

    public Batch waiting() {
        return new Batch(
                index, machines, BatchState.WAITING_HEALTH, startedAt, Optional.empty(), before);
    }

    public Batch over(BatchState how, Instant now) {
        return new Batch(index, machines, how, startedAt, Optional.of(now), before);
    }

    /** It is to begin again. */
    Batch again() {
        return new Batch(index, machines, BatchState.PENDING, startedAt, Optional.empty(), before);
    }
}

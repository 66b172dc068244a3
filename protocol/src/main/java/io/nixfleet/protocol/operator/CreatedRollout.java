package io.nixfleet.protocol.operator;

import java.util.List;

/** The answer to {@code POST /api/v1/rollouts}. */
public record CreatedRollout(String id, List<RolloutBatch> batches, int machines) {
    public CreatedRollout {
        batches = List.copyOf(batches);
    }
}

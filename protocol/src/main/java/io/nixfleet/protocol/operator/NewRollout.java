package io.nixfleet.protocol.operator;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A rollout to begin: {@code POST /api/v1/rollouts}.
 *
 * @param cacheUrl in place of the release's
 * @param batchSizes of a staged one, each a number or a percentage; empty for one batch
 * @param failureThreshold how many machines of a batch may fail: a number or a percentage
 * @param healthTimeout how long a machine may take until it is healthy
 */
public record NewRollout(
        String releaseId,
        Optional<String> cacheUrl,
        Strategy strategy,
        List<String> batchSizes,
        String failureThreshold,
        OnFailure onFailure,
        Duration healthTimeout,
        RolloutTarget target) {
    public NewRollout {
        batchSizes = List.copyOf(batchSizes);
    }
}

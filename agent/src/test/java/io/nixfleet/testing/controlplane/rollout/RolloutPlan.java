package io.nixfleet.testing.controlplane.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A rollout as an operator asks for it.
 *
 * @param cacheUrl instead of the release's
 * @param batchSizes for a staged one
 * @param threshold how many machines of a batch may be unhealthy
 */
public record RolloutPlan(
        String releaseId,
        Optional<String> cacheUrl,
        Strategy strategy,
        List<Share> batchSizes,
        Share threshold,
        OnFailure onFailure,
        Duration healthTimeout,
        Target target) {
    private static final int HEALTH_TIMEOUT_SECONDS = 300;

    public RolloutPlan {
        batchSizes = List.copyOf(batchSizes);
    }

    public static RolloutPlan read(JsonNode body) {
        Fields fields = Fields.of(body);
        return new RolloutPlan(
                fields.text("release_id"),
                fields.optionalText("cache_url"),
                fields.word(Strategy.class, "strategy")
                        .orElseThrow(() -> Refusal.shape("missing field `strategy`")),
                fields.texts("batch_sizes").orElse(List.of()).stream()
                        .map(size -> Share.parse("a batch size", size))
                        .toList(),
                Share.parse(
                        "failure_threshold", fields.optionalText("failure_threshold").orElse("0")),
                fields.word(OnFailure.class, "on_failure").orElse(OnFailure.PAUSE),
                Duration.ofSeconds(fields.number("health_timeout").orElse(HEALTH_TIMEOUT_SECONDS)),
                Target.read(fields.object("target")));
    }

    /** Batches of these machines, none begun. */
    public List<Batch> batches(List<String> machines) {
        var split = strategy.split(machines, batchSizes);
        return IntStream.range(0, split.size())
                .mapToObj(index -> Batch.pending(index, split.get(index)))
                .toList();
    }

    RolloutPlan withCacheUrl(Optional<String> url) {
        return new RolloutPlan(
                releaseId, url, strategy, batchSizes, threshold, onFailure, healthTimeout, target);
    }
}

package io.nixfleet.testing.controlplane;

import io.nixfleet.testing.controlplane.rollout.Batch;
import io.nixfleet.testing.controlplane.rollout.BatchState;
import io.nixfleet.testing.controlplane.rollout.OnFailure;
import io.nixfleet.testing.controlplane.rollout.Release;
import io.nixfleet.testing.controlplane.rollout.Rollout;
import io.nixfleet.testing.controlplane.rollout.RolloutState;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Drives running rollouts, one step a round: begins a batch, or judges its machines, or completes.
 *
 * <p>A batch is over once none of its machines is pending. It may have as many unhealthy machines
 * as the threshold allows.
 */
final class RolloutDriver {
    private static final String EXECUTOR = "executor";

    private final Machines machines;
    private final Releases releases;
    private final Rollouts rollouts;

    RolloutDriver(Machines machines, Releases releases, Rollouts rollouts) {
        this.machines = machines;
        this.releases = releases;
        this.rollouts = rollouts;
    }

    /** Does what is due by now. */
    void round(Instant now) {
        rollouts.all().reversed().stream()
                .filter(rollout -> rollout.state() == RolloutState.RUNNING)
                .forEach(rollout -> rollouts.put(next(rollout, now)));
    }

    private Rollout next(Rollout rollout, Instant now) {
        Optional<Batch> current = rollout.current();
        if (current.isEmpty()) {
            return rollout.to(RolloutState.COMPLETED, EXECUTOR, now);
        }
        Batch batch = current.get();
        return batch.state() == BatchState.PENDING
                ? begin(rollout, batch, now)
                : judge(rollout, batch, now);
    }

    private Rollout begin(Rollout rollout, Batch batch, Instant now) {
        Release release = releases.get(rollout.plan().releaseId());
        Map<String, String> before = new HashMap<>();
        for (String id : batch.machines()) {
            Machine machine = machines.get(id);
            machine.desired().ifPresent(desired -> before.put(id, desired.hash()));
            machine.desire(
                    Optional.of(
                            new Desired(
                                    Optional.empty(),
                                    release.path(id).orElseThrow(),
                                    rollout.plan().cacheUrl(),
                                    now,
                                    rollout.plan().healthTimeout())));
        }
        return rollout.with(batch.begun(now, before))
                .log(
                        "batch_started",
                        "{\"batch_index\":%d,\"machines\":%d}"
                                .formatted(batch.index(), batch.machines().size()),
                        EXECUTOR,
                        now);
    }

    private Rollout judge(Rollout rollout, Batch batch, Instant now) {
        Map<Verdict, Integer> counts = verdicts(rollout, batch, now);
        if (counts.containsKey(Verdict.PENDING)) {
            return rollout.with(batch.waiting());
        }
        int unhealthy = counts.getOrDefault(Verdict.UNHEALTHY, 0);
        int allowed = rollout.plan().threshold().of(batch.machines().size());
        if (unhealthy <= allowed) {
            return rollout.with(batch.over(BatchState.SUCCEEDED, now))
                    .log(
                            "batch_completed",
                            "{\"batch_index\":%d,\"healthy\":%d,\"unhealthy\":%d}"
                                    .formatted(
                                            batch.index(),
                                            batch.machines().size() - unhealthy,
                                            unhealthy),
                            EXECUTOR,
                            now);
        }
        Rollout failed =
                rollout.with(batch.over(BatchState.FAILED, now))
                        .log(
                                "batch_failed",
                                "{\"batch_index\":%d,\"unhealthy\":%d,\"threshold\":%d}"
                                        .formatted(batch.index(), unhealthy, allowed),
                                EXECUTOR,
                                now);
        if (rollout.plan().onFailure() == OnFailure.PAUSE) {
            return failed.to(RolloutState.PAUSED, EXECUTOR, now);
        }
        failed.batches().forEach(begun -> revert(begun, now));
        return failed.to(RolloutState.FAILED, EXECUTOR, now);
    }

    private Map<Verdict, Integer> verdicts(Rollout rollout, Batch batch, Instant now) {
        Release release = releases.get(rollout.plan().releaseId());
        Map<Verdict, Integer> counts = new HashMap<>();
        for (String id : batch.machines()) {
            var judge =
                    new Judge(
                            release.path(id).orElseThrow(),
                            batch.startedAt().orElseThrow(),
                            rollout.plan().healthTimeout());
            counts.merge(machines.get(id).verdict(judge, now), 1, Integer::sum);
        }
        return counts;
    }

    /** Machines of which nothing was desired before keep what they have. */
    private void revert(Batch begun, Instant now) {
        begun.before()
                .forEach(
                        (id, hash) ->
                                machines.get(id).desire(Optional.of(Desired.path(hash, now))));
    }
}

package io.nixfleet.testing.controlplane.rollout;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A rollout of a release at one time.
 *
 * @param plan with the cache URL that its machines are told, the release's if it had none
 */
public record Rollout(
        String id,
        RolloutPlan plan,
        RolloutState state,
        List<Batch> batches,
        Instant createdAt,
        Instant updatedAt,
        List<RolloutEvent> events) {
    public Rollout {
        batches = List.copyOf(batches);
        events = List.copyOf(events);
    }

    public static Rollout created(
            String id, RolloutPlan plan, Release release, List<String> machines, Instant now) {
        return new Rollout(
                id,
                plan.withCacheUrl(plan.cacheUrl().or(() -> release.content().cacheUrl())),
                RolloutState.CREATED,
                plan.batches(machines),
                now,
                now,
                List.of());
    }

    /** The first batch that is not over. */
    public Optional<Batch> current() {
        return batches.stream().filter(batch -> !batch.state().over()).findFirst();
    }

    public boolean holds(String machine) {
        return state.active()
                && batches.stream().anyMatch(batch -> batch.machines().contains(machine));
    }

    public int machineCount() {
        return batches.stream().mapToInt(batch -> batch.machines().size()).sum();
    }

    public Rollout with(Batch batch) {
        List<Batch> changed = new ArrayList<>(batches);
        changed.set(batch.index(), batch);
        return new Rollout(id, plan, state, changed, createdAt, updatedAt, events);
    }

    /** It changes its state, which is an event too. */
    public Rollout to(RolloutState next, String actor, Instant now) {
        String detail =
                "{\"from\":\"%s\",\"to\":\"%s\"}".formatted(Words.of(state), Words.of(next));
        return new Rollout(id, plan, next, batches, createdAt, now, events)
                .log("status_change", detail, actor, now);
    }

    public Rollout log(String type, String detail, String actor, Instant now) {
        List<RolloutEvent> longer = new ArrayList<>(events);
        longer.add(new RolloutEvent(type, detail, actor, now));
        return new Rollout(id, plan, state, batches, createdAt, updatedAt, longer);
    }

    /** It goes on where it paused: batches that failed begin again. */
    public Rollout resumed(String actor, Instant now) {
        List<Batch> changed =
                batches.stream()
                        .map(batch -> batch.state() == BatchState.FAILED ? batch.again() : batch)
                        .toList();
        return new Rollout(id, plan, state, changed, createdAt, updatedAt, events)
                .to(RolloutState.RUNNING, actor, now);
    }
}

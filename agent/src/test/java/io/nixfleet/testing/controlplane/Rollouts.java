package io.nixfleet.testing.controlplane;

import io.nixfleet.testing.controlplane.rollout.Refusal;
import io.nixfleet.testing.controlplane.rollout.Release;
import io.nixfleet.testing.controlplane.rollout.Rollout;
import io.nixfleet.testing.controlplane.rollout.RolloutPlan;
import io.nixfleet.testing.controlplane.rollout.RolloutState;
import io.nixfleet.testing.controlplane.rollout.Words;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The rollouts of a {@link Fleet}, which guards them: what an operator may do to them. */
final class Rollouts {
    static final String OPERATOR = "apikey:operator";

    private final Machines machines;
    private final Releases releases;
    private final Map<String, Rollout> all = new LinkedHashMap<>();

    Rollouts(Machines machines, Releases releases) {
        this.machines = machines;
        this.releases = releases;
    }

    Rollout create(RolloutPlan plan, Instant now) {
        List<String> targets = machines.of(plan.target());
        if (targets.isEmpty()) {
            throw Refusal.bad("no active machines match the target");
        }
        Release release = releases.get(plan.releaseId());
        List<String> chosen =
                targets.stream().filter(machine -> release.path(machine).isPresent()).toList();
        if (chosen.isEmpty()) {
            throw Refusal.bad("no machines match both the target and release " + plan.releaseId());
        }
        for (String machine : chosen) {
            active(machine)
                    .ifPresent(
                            other -> {
                                throw Refusal.conflict(
                                        "machine %s is in active rollout %s"
                                                .formatted(machine, other.id()));
                            });
        }
        return put(
                Rollout.created("r-" + UUID.randomUUID(), plan, release, chosen, now)
                        .to(RolloutState.RUNNING, OPERATOR, now));
    }

    Rollout put(Rollout rollout) {
        all.put(rollout.id(), rollout);
        return rollout;
    }

    Rollout get(String id) {
        Rollout rollout = all.get(id);
        if (rollout == null) {
            throw Refusal.notFound("rollout not found: " + id);
        }
        return rollout;
    }

    Rollout resume(String id, Instant now) {
        Rollout rollout = get(id);
        if (rollout.state() != RolloutState.PAUSED) {
            throw Refusal.conflict(
                    "rollout is %s, not paused".formatted(Words.of(rollout.state())));
        }
        return put(rollout.resumed(OPERATOR, now));
    }

    Rollout cancel(String id, Instant now) {
        Rollout rollout = get(id);
        if (!rollout.state().active()) {
            throw Refusal.conflict(
                    "rollout is %s, cannot cancel".formatted(Words.of(rollout.state())));
        }
        return put(rollout.to(RolloutState.CANCELLED, OPERATOR, now));
    }

    /** The newest first. */
    List<Rollout> all() {
        return new ArrayList<>(all.values()).reversed();
    }

    /** The rollout that a machine is in. */
    Optional<Rollout> active(String machine) {
        return all.values().stream().filter(rollout -> rollout.holds(machine)).findFirst();
    }

    boolean use(Release release) {
        return all.values().stream()
                .anyMatch(rollout -> rollout.plan().releaseId().equals(release.id()));
    }
}

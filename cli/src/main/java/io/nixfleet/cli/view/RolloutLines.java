package io.nixfleet.cli.view;

import io.nixfleet.protocol.operator.MachineHealth;
import io.nixfleet.protocol.operator.Rollout;
import io.nixfleet.protocol.operator.RolloutBatch;
import java.util.HashSet;
import java.util.Set;

/** Follows a rollout, a line for each machine. */
public final class RolloutLines {
    private static final Set<String> ENDED = Set.of("succeeded", "failed");

    private final LiveLines lines;
    private final Set<String> over = new HashSet<>();

    public RolloutLines(LiveLines lines) {
        this.lines = lines;
    }

    /** Shows how it is now. */
    public void show(Rollout rollout) {
        for (RolloutBatch batch : rollout.batches()) {
            boolean ended = ENDED.contains(batch.status());
            for (String machine : batch.machines()) {
                String state = state(batch, machine);
                if (!ended) {
                    over.remove(machine);
                    lines.state(machine, state);
                } else if (over.add(machine)) {
                    lines.over(machine, state);
                }
            }
        }
    }

    private static String state(RolloutBatch batch, String machine) {
        MachineHealth health = batch.health().get(machine);
        String state = "batch %d %s".formatted(batch.index() + 1, batch.status().replace('_', ' '));
        if (health == null) {
            return state;
        }
        return "%s, %s%s"
                .formatted(
                        state,
                        health.word(),
                        health.reason().isEmpty() ? "" : ": " + health.reason());
    }
}

package io.nixfleet.testing.controlplane;

import io.nixfleet.testing.controlplane.rollout.Refusal;
import io.nixfleet.testing.controlplane.rollout.Target;
import io.nixfleet.testing.controlplane.rollout.Words;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The machines of a {@link Fleet}, which guards them. */
final class Machines {
    private final Map<String, Machine> all = new TreeMap<>();

    /** The machine of this name, known or not. */
    Machine get(String id) {
        return all.computeIfAbsent(id, Machine::new);
    }

    Collection<Machine> all() {
        return all.values();
    }

    List<MachineStatus> statuses() {
        return all.values().stream().map(Machine::status).flatMap(Optional::stream).toList();
    }

    /** The names of active machines; those asked for by name may be unknown. */
    List<String> of(Target target) {
        return switch (target) {
            case Target.Tags(List<String> tags) ->
                    all.values().stream()
                            .filter(machine -> !tags.isEmpty() && machine.activeWith(tags))
                            .map(Machine::id)
                            .toList();
            case Target.Hosts(List<String> hosts) ->
                    hosts.stream()
                            .distinct()
                            .filter(
                                    host ->
                                            get(host).lifecycle().orElse(Lifecycle.ACTIVE)
                                                    == Lifecycle.ACTIVE)
                            .toList();
        };
    }

    /** Changes it as an operator may. */
    void change(String id, Lifecycle next) {
        Machine machine = get(id);
        Lifecycle now =
                machine.lifecycle().orElseThrow(() -> Refusal.notFound("machine not found: " + id));
        if (!now.mayBecome(next)) {
            throw Refusal.conflict(
                    "invalid transition: %s -> %s".formatted(Words.of(now), Words.of(next)));
        }
        machine.register(next, List.of());
    }
}

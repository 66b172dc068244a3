package io.nixfleet.protocol.operator;

import java.util.List;
import java.util.Map;

/**
 * Machines that get a release together.
 *
 * @param status pending, deploying, waiting_health, succeeded or failed
 * @param health by machine; of some, the control plane may not say
 */
public record RolloutBatch(
        int index, List<String> machines, String status, Map<String, MachineHealth> health) {
    public RolloutBatch {
        machines = List.copyOf(machines);
        health = Map.copyOf(health);
    }
}

package io.nixfleet.protocol.operator;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a control plane knows of a machine.
 *
 * @param currentGeneration the store path that it runs; empty if it has not said yet
 * @param systemState ok, error or unknown
 * @param lifecycle pending, provisioning, active, maintenance or decommissioned
 * @param sinceLastReport how long ago it reported; empty if it never did
 */
public record Machine(
        String id,
        String currentGeneration,
        Optional<String> desiredGeneration,
        String agentVersion,
        String systemState,
        String lifecycle,
        List<String> tags,
        Optional<Duration> sinceLastReport) {
    public Machine {
        tags = List.copyOf(tags);
    }

    /** Whether it runs what it should, or nothing is desired of it. */
    public boolean inSync() {
        return desiredGeneration.isEmpty() || desiredGeneration.get().equals(currentGeneration);
    }
}

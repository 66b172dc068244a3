package io.nixfleet.testing.controlplane;

import java.util.List;
import java.util.Optional;

/**
 * A machine as an operator sees it.
 *
 * @param desired the store path that it should run
 */
public record MachineStatus(
        String id,
        Optional<String> desired,
        Lifecycle lifecycle,
        List<String> tags,
        Optional<ReceivedReport> lastReport) {
    public MachineStatus {
        tags = List.copyOf(tags);
    }
}

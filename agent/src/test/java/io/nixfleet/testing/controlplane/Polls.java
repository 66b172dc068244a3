package io.nixfleet.testing.controlplane;

import java.time.Instant;
import java.util.List;

/**
 * Polls of a machine, answered right or not.
 *
 * @param count in all
 * @param last when the last of them came, the oldest first; no more than 1,000
 */
public record Polls(long count, List<Instant> last) {
    public Polls {
        last = List.copyOf(last);
    }
}

package io.nixfleet.protocol.operator;

import java.util.List;

/**
 * From one release to another.
 *
 * @param added hosts that only the second one has
 * @param removed hosts that only the first one has
 * @param unchanged hosts with the same system in both
 */
public record ReleaseDiff(
        List<String> added, List<String> removed, List<Changed> changed, List<String> unchanged) {
    /** A host with another system. */
    public record Changed(String hostname, String oldStorePath, String newStorePath) {}

    public ReleaseDiff {
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        changed = List.copyOf(changed);
        unchanged = List.copyOf(unchanged);
    }
}

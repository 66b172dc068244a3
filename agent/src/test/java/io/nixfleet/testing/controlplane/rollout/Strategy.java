package io.nixfleet.testing.controlplane.rollout;

import java.util.ArrayList;
import java.util.List;

/** How machines are put into batches. */
public enum Strategy {
    CANARY,
    STAGED,
    ALL_AT_ONCE;

    private static final Share ALL = Share.parse("batch size", "100%");

    /**
     * Splits machines in their order (a real control plane shuffles them first).
     *
     * @param sizes of batches when staged, each of those left over by the ones before it; the last
     *     batch takes all that are left
     */
    List<List<String>> split(List<String> machines, List<Share> sizes) {
        List<Share> batches =
                switch (this) {
                    case CANARY -> List.of(Share.parse("batch size", "1"), ALL);
                    case ALL_AT_ONCE -> List.of(ALL);
                    case STAGED -> sizes.isEmpty() ? List.of(ALL) : sizes;
                };
        List<List<String>> split = new ArrayList<>();
        List<String> left = machines;
        for (int i = 0; i < batches.size() && !left.isEmpty(); i++) {
            int size = Math.clamp(batches.get(i).of(left.size()), 1, left.size());
            int taken = i == batches.size() - 1 ? left.size() : size;
            split.add(left.subList(0, taken));
            left = left.subList(taken, left.size());
        }
        return split;
    }
}

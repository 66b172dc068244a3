package io.nixfleet.cli.rollout;

import io.nixfleet.protocol.operator.Strategy;
import java.util.ArrayList;
import java.util.List;

/**
 * How hosts get a release: one batch after the other.
 *
 * @param hosts of each batch, none of them empty
 */
public record Batches(List<List<String>> hosts) {
    private static final Share ONE = new Share("1");
    private static final Share ALL = new Share("100%");

    public Batches {
        hosts = hosts.stream().map(List::copyOf).toList();
    }

    /**
     * Splits hosts in their order, as a control plane does.
     *
     * @param sizes of a staged rollout, each of the hosts that the batches before it left over;
     *     every batch has at least one host, and the last one all that are left. Without sizes
     *     there is one batch.
     */
    public static Batches of(Strategy strategy, List<Share> sizes, List<String> hosts) {
        List<Share> shares =
                switch (strategy) {
                    case ALL_AT_ONCE -> List.of(ALL);
                    case CANARY -> List.of(ONE, ALL);
                    case STAGED -> sizes.isEmpty() ? List.of(ALL) : sizes;
                };
        var batches = new ArrayList<List<String>>();
        List<String> left = hosts;
        for (int i = 0; i < shares.size() && !left.isEmpty(); i++) {
            boolean last = i == shares.size() - 1;
            int size =
                    last ? left.size() : Math.clamp(shares.get(i).of(left.size()), 1, left.size());
            batches.add(left.subList(0, size));
            left = left.subList(size, left.size());
        }
        return new Batches(batches);
    }

    /** How many there are. */
    public int count() {
        return hosts.size();
    }
}

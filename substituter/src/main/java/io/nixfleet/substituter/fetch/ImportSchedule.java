package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.store.StorePath;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Which path may be imported next: of those whose dependencies are valid, the first in the plan's
 * order. Not safe for use by several threads.
 *
 * <p>Downloads start in the same order. The first unfinished path of the order never waits for
 * another path, so a bounded number of downloads can never lock up.
 */
final class ImportSchedule {
    private final List<PlannedPath> order;
    private final int[] unmet;
    private final List<List<Integer>> dependents;
    private final PriorityQueue<Integer> ready = new PriorityQueue<>();
    private final BitSet settled = new BitSet();

    ImportSchedule(List<PlannedPath> order) {
        this.order = order;
        Map<StorePath, Integer> places = new HashMap<>();
        for (int i = 0; i < order.size(); i++) {
            places.put(order.get(i).path(), i);
        }
        unmet = new int[order.size()];
        dependents = new ArrayList<>(order.size());
        for (int i = 0; i < order.size(); i++) {
            dependents.add(new ArrayList<>(2));
        }
        for (int i = 0; i < order.size(); i++) {
            for (StorePath dependency : order.get(i).dependencies()) {
                Integer place = places.get(dependency);
                if (place != null) {
                    dependents.get(place).add(i);
                    unmet[i]++;
                }
            }
            if (unmet[i] == 0) {
                ready.add(i);
            }
        }
    }

    /** Whether every path was imported, failed, or is blocked by a failure. */
    boolean finished() {
        return settled.cardinality() == order.size();
    }

    /**
     * The place of the next path before {@code end} that may be imported, or -1 while there is
     * none.
     */
    int take(int end) {
        Integer place = ready.peek();
        return place == null || place >= end ? -1 : ready.remove();
    }

    PlannedPath at(int place) {
        return order.get(place);
    }

    int size() {
        return order.size();
    }

    /** Whether the path was imported, failed, or is blocked. */
    boolean isSettled(int place) {
        return settled.get(place);
    }

    void imported(int place) {
        settled.set(place);
        for (int dependent : dependents.get(place)) {
            if (--unmet[dependent] == 0) {
                ready.add(dependent);
            }
        }
    }

    /** Settles a failed path and all that needs it; returns the places of the latter. */
    List<Integer> failed(int place) {
        settled.set(place);
        var blocked = new ArrayList<Integer>();
        var queue = new ArrayDeque<>(List.of(place));
        while (!queue.isEmpty()) {
            for (int dependent : dependents.get(queue.remove())) {
                if (!settled.get(dependent)) {
                    settled.set(dependent);
                    blocked.add(dependent);
                    queue.add(dependent);
                }
            }
        }
        return blocked;
    }

    /** The places that are not settled, in order. */
    List<Integer> unsettled() {
        var left = new ArrayList<Integer>();
        for (int i = settled.nextClearBit(0); i < order.size(); i = settled.nextClearBit(i + 1)) {
            left.add(i);
        }
        return left;
    }
}

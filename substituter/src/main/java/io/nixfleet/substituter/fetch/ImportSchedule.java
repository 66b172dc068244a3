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
 * another path, so a bounded number of downloads can never lock up. One that awaits what others
 * bring is not to be started before that came, and the plan has such paths last.
 */
final class ImportSchedule {
    private final List<PlannedPath> order;
    private final List<StorePath> brought;
    private final int[] unmet;
    private final int[] unbrought;
    private final List<List<Integer>> dependents;
    private final Map<StorePath, Integer> places = new HashMap<>();
    private final PriorityQueue<Integer> ready = new PriorityQueue<>();
    private final BitSet settled = new BitSet();

    /**
     * @param order what is imported, dependencies first
     * @param brought what others bring and only its end is told here; their places follow those of
     *     the order, and they are never taken
     */
    ImportSchedule(List<PlannedPath> order, List<StorePath> brought) {
        this.order = order;
        this.brought = brought;
        for (int i = 0; i < order.size(); i++) {
            places.put(order.get(i).path(), i);
        }
        for (StorePath path : brought) {
            places.put(path, places.size());
        }
        unmet = new int[order.size()];
        unbrought = new int[order.size()];
        dependents = new ArrayList<>(places.size());
        for (int i = 0; i < places.size(); i++) {
            dependents.add(new ArrayList<>(2));
        }
        for (int i = 0; i < order.size(); i++) {
            for (StorePath dependency : order.get(i).dependencies()) {
                Integer place = places.get(dependency);
                if (place != null) {
                    dependents.get(place).add(i);
                    unmet[i]++;
                    if (place >= order.size()) {
                        unbrought[i]++;
                    }
                }
            }
            if (unmet[i] == 0) {
                ready.add(i);
            }
        }
    }

    /** Whether every path was imported or brought, failed, or is blocked by a failure. */
    boolean finished() {
        return settled.cardinality() == places.size();
    }

    /**
     * The place of the next path before {@code end} that may be imported, or -1 while there is
     * none.
     */
    int take(int end) {
        Integer place = ready.peek();
        return place == null || place >= end ? -1 : ready.remove();
    }

    /** The planned path at a place of the order. */
    PlannedPath at(int place) {
        return order.get(place);
    }

    /** The path at any place. */
    StorePath path(int place) {
        return place < order.size() ? order.get(place).path() : brought.get(place - order.size());
    }

    /** The place of a path that the schedule holds. */
    int placeOf(StorePath path) {
        Integer place = places.get(path);
        if (place == null) {
            throw new IllegalArgumentException(path + " is not scheduled");
        }
        return place;
    }

    /** Whether the path itself needs one that is yet to be brought. */
    boolean awaitsBrought(int place) {
        return unbrought[place] > 0 && !settled.get(place);
    }

    /** How many paths are imported. */
    int size() {
        return order.size();
    }

    /** Whether the path was imported, failed, or is blocked. */
    boolean isSettled(int place) {
        return settled.get(place);
    }

    /** The path is valid: imported or brought. */
    void imported(int place) {
        settled.set(place);
        for (int dependent : dependents.get(place)) {
            if (place >= order.size()) {
                unbrought[dependent]--;
            }
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
        for (int i = settled.nextClearBit(0); i < places.size(); i = settled.nextClearBit(i + 1)) {
            left.add(i);
        }
        return left;
    }
}

package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.store.StorePath;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * The order in which paths are fetched: dependencies first, and among those that could come next
 * the one with the longest remaining way to a root, so that no long chain is left for the end.
 *
 * @param order the paths that can be fetched
 * @param cycles references that form a ring, each as the paths along it; such paths can never be
 *     imported
 * @param blocked paths that need, at whatever distance, one that is missing or part of a cycle,
 *     with that one
 */
record FetchOrder(
        List<StorePath> order, List<List<StorePath>> cycles, Map<StorePath, StorePath> blocked) {

    /**
     * @param dependencies each wanted path with what it refers to, itself aside; references to
     *     paths that are neither wanted nor missing are valid already and play no part
     * @param missing paths that cannot be had
     * @param cost what fetching a path takes, in any unit
     */
    static FetchOrder of(
            Map<StorePath, List<StorePath>> dependencies,
            Set<StorePath> missing,
            ToLongFunction<StorePath> cost) {
        var graph = new Graph(dependencies);
        var blocked = new LinkedHashMap<StorePath, StorePath>();
        missing.forEach(path -> graph.block(path, blocked));
        var cycles = new ArrayList<List<StorePath>>();
        var left = new LinkedHashSet<>(dependencies.keySet());
        left.removeAll(blocked.keySet());
        List<StorePath> possible = graph.dependenciesFirst(left);
        left.removeAll(possible);
        while (!left.isEmpty()) {
            List<StorePath> cycle = graph.findCycle(left);
            cycles.add(cycle);
            left.removeAll(cycle);
            cycle.forEach(path -> graph.block(path, blocked));
            cycle.forEach(blocked::remove);
            left.removeAll(blocked.keySet());
        }
        return new FetchOrder(graph.longestWayFirst(possible, cost), cycles, blocked);
    }

    private static final class Graph {
        private final Map<StorePath, List<StorePath>> dependencies;
        private final Map<StorePath, List<StorePath>> dependents = new HashMap<>();

        Graph(Map<StorePath, List<StorePath>> dependencies) {
            this.dependencies = dependencies;
            dependencies.forEach(
                    (path, needs) -> {
                        for (StorePath needed : needs) {
                            dependents.computeIfAbsent(needed, _ -> new ArrayList<>()).add(path);
                        }
                    });
        }

        private List<StorePath> dependenciesOf(StorePath path) {
            return dependencies.getOrDefault(path, List.of());
        }

        private List<StorePath> dependentsOf(StorePath path) {
            return dependents.getOrDefault(path, List.of());
        }

        /** Marks all that needs {@code cause} and is not yet marked. */
        void block(StorePath cause, Map<StorePath, StorePath> blocked) {
            var queue = new ArrayDeque<>(List.of(cause));
            while (!queue.isEmpty()) {
                for (StorePath dependent : dependentsOf(queue.remove())) {
                    if (blocked.putIfAbsent(dependent, cause) == null) {
                        queue.add(dependent);
                    }
                }
            }
        }

        /** The paths among {@code wanted} that do not need a cycle, each after what it needs. */
        List<StorePath> dependenciesFirst(Set<StorePath> wanted) {
            return dependenciesFirst(wanted, new ArrayDeque<>());
        }

        /** The same; among paths that could come next, {@code ready} says which one does. */
        private List<StorePath> dependenciesFirst(Set<StorePath> wanted, Queue<StorePath> ready) {
            var unmet = new HashMap<StorePath, Integer>();
            for (StorePath path : wanted) {
                int needs = (int) dependenciesOf(path).stream().filter(wanted::contains).count();
                unmet.put(path, needs);
                if (needs == 0) {
                    ready.add(path);
                }
            }
            var sorted = new ArrayList<StorePath>(wanted.size());
            while (!ready.isEmpty()) {
                StorePath path = ready.remove();
                sorted.add(path);
                for (StorePath dependent : dependentsOf(path)) {
                    if (wanted.contains(dependent)
                            && unmet.merge(dependent, -1, Integer::sum) == 0) {
                        ready.add(dependent);
                    }
                }
            }
            return sorted;
        }

        /**
         * Every path in {@code left} needs another in it, so following references must end in a
         * ring.
         */
        List<StorePath> findCycle(Set<StorePath> left) {
            var way = new LinkedHashSet<StorePath>();
            StorePath path = left.iterator().next();
            while (way.add(path)) {
                path =
                        dependenciesOf(path).stream()
                                .filter(left::contains)
                                .findFirst()
                                .orElseThrow();
            }
            var cycle = new ArrayList<>(way);
            return List.copyOf(cycle.subList(cycle.indexOf(path), cycle.size()));
        }

        List<StorePath> longestWayFirst(List<StorePath> sorted, ToLongFunction<StorePath> cost) {
            var remaining = new HashMap<StorePath, Long>();
            for (StorePath path : sorted.reversed()) {
                long longest = 0;
                for (StorePath dependent : dependentsOf(path)) {
                    longest = Math.max(longest, remaining.getOrDefault(dependent, 0L));
                }
                remaining.put(path, longest + cost.applyAsLong(path));
            }
            var place = places(sorted);
            var ready =
                    new PriorityQueue<StorePath>(
                            Comparator.<StorePath, Long>comparing(remaining::get)
                                    .reversed()
                                    .thenComparing(place::get));
            return Collections.unmodifiableList(dependenciesFirst(place.keySet(), ready));
        }

        private static Map<StorePath, Integer> places(Collection<StorePath> paths) {
            var places = new HashMap<StorePath, Integer>();
            for (StorePath path : paths) {
                places.put(path, places.size());
            }
            return places;
        }
    }
}

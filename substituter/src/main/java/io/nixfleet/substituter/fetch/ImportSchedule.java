package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.store.StorePath;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Which path is downloaded next, and which is imported. It grows while the walk goes on. Not safe
 * for use by several threads.
 *
 * <p>A download may start once everything that the path refers to is valid or was started before.
 * So of those that were started and are not finished, the first waits for no other path, and a
 * bounded number of downloads can never lock up. A path may be imported once all that it refers to
 * is valid. What waits for a path that others bring is not started before that came.
 */
final class ImportSchedule {
    private static final Comparator<Entry> FIRST =
            Comparator.<Entry>comparingInt(entry -> entry.rank)
                    .thenComparing(Comparator.<Entry>comparingLong(entry -> entry.way).reversed())
                    .thenComparingInt(entry -> entry.number);

    private final Map<StorePath, Entry> entries = new HashMap<>();
    private final PriorityQueue<Entry> startable = new PriorityQueue<>(FIRST);
    private final PriorityQueue<Entry> ready = new PriorityQueue<>(FIRST);
    private int open;

    private enum State {
        /** Something refers to it, and nothing else is known. */
        MET,
        /** To be imported, or to be brought by others. */
        WANTED,
        STARTED,
        VALID,
        FAILED
    }

    /** A path of the schedule. */
    static final class Entry {
        private final StorePath path;
        private final int number;
        private final List<Entry> dependents = new ArrayList<>(2);
        private @Nullable PlannedPath planned;
        private State state = State.MET;
        private int rank = Integer.MAX_VALUE;
        private int unmet;
        private int unstarted;
        private long above;
        private long way;

        private Entry(StorePath path, int number) {
            this.path = path;
            this.number = number;
        }

        StorePath path() {
            return path;
        }

        /** What is to be imported; not for a path that others bring. */
        PlannedPath planned() {
            if (planned == null) {
                throw new IllegalStateException(path + " is not to be imported");
            }
            return planned;
        }

        /** Whether it is valid, failed, or is blocked. */
        boolean settled() {
            return state == State.VALID || state == State.FAILED;
        }

        private boolean begun() {
            return state == State.STARTED || state == State.VALID;
        }
    }

    /** The entry of a path, which the schedule has from now on. */
    Entry entry(StorePath path) {
        return entries.computeIfAbsent(path, key -> new Entry(key, entries.size()));
    }

    /**
     * A path to import. Those that refer to it are best added before it: the longer the way from it
     * to a root, the sooner its turn comes.
     *
     * @return the paths that this blocks, itself first, when it needs one that failed
     */
    List<Entry> add(PlannedPath planned) {
        Entry entry = entry(planned.path());
        if (entry.state != State.MET) {
            throw new IllegalStateException(planned.path() + " is scheduled already");
        }
        entry.planned = planned;
        entry.way = entry.above + ImportCost.of(planned.info());
        want(entry);
        boolean blocked = false;
        for (StorePath dependency : planned.dependencies()) {
            Entry needed = entry(dependency);
            needed.above = Math.max(needed.above, entry.way);
            blocked |= needed.state == State.FAILED;
            if (needed.state != State.VALID) {
                needed.dependents.add(entry);
                entry.unmet++;
                if (!needed.begun()) {
                    entry.unstarted++;
                }
            }
        }
        if (blocked) {
            var all = new ArrayList<>(List.of(entry));
            all.addAll(failed(entry));
            return all;
        }
        if (entry.unstarted == 0) {
            startable.add(entry);
        }
        return List.of();
    }

    /** A path that others bring: what needs it waits for {@link #valid} or {@link #failed}. */
    void addBrought(StorePath path) {
        Entry entry = entry(path);
        if (entry.state == State.MET) {
            want(entry);
        }
    }

    private void want(Entry entry) {
        entry.state = State.WANTED;
        open++;
    }

    /** A failure that was known before anything was tried, with whatever it blocks: no part. */
    void leaveOut(StorePath path) {
        settle(entry(path), State.FAILED);
    }

    /** From now on the first of this order comes first, and what is not in it last. */
    void arrange(Collection<StorePath> order) {
        int rank = 0;
        for (StorePath path : order) {
            entry(path).rank = rank++;
        }
        sortAnew(startable);
        sortAnew(ready);
    }

    private static void sortAnew(PriorityQueue<Entry> queue) {
        var all = List.copyOf(queue);
        queue.clear();
        queue.addAll(all);
    }

    /** Whether all that was added is valid, failed, or blocked. */
    boolean finished() {
        return open == 0;
    }

    /** The next path whose download may start; null while there is none. */
    @Nullable Entry nextToStart() {
        return next(startable);
    }

    /** The next path that may be imported; null while there is none. */
    @Nullable Entry nextToImport() {
        return next(ready);
    }

    /** Those that were blocked since they were queued are passed over. */
    private static @Nullable Entry next(PriorityQueue<Entry> queue) {
        Entry entry = queue.poll();
        while (entry != null && entry.settled()) {
            entry = queue.poll();
        }
        return entry;
    }

    /** The download of a path has started, and what needs it may start, too. */
    void started(Entry entry) {
        if (entry.state != State.WANTED) {
            return;
        }
        entry.state = State.STARTED;
        if (entry.unmet == 0) {
            ready.add(entry);
        }
        entry.dependents.forEach(ImportSchedule::oneMoreBegun);
        entry.dependents.forEach(this::offerStart);
    }

    /** The path is valid: the store had it, or it was imported or brought. */
    void valid(StorePath path) {
        Entry entry = entry(path);
        boolean wasBegun = entry.begun();
        settle(entry, State.VALID);
        for (Entry dependent : entry.dependents) {
            dependent.unmet--;
            if (!wasBegun) {
                oneMoreBegun(dependent);
                offerStart(dependent);
            }
            if (dependent.unmet == 0 && dependent.state == State.STARTED) {
                ready.add(dependent);
            }
        }
        entry.dependents.clear();
    }

    private static void oneMoreBegun(Entry entry) {
        entry.unstarted--;
    }

    private void offerStart(Entry entry) {
        if (entry.unstarted == 0 && entry.state == State.WANTED) {
            startable.add(entry);
        }
    }

    /** Settles a failed path and all that needs it; returns the latter. */
    List<Entry> failed(Entry entry) {
        settle(entry, State.FAILED);
        var blocked = new ArrayList<Entry>();
        var queue = new ArrayDeque<>(List.of(entry));
        while (!queue.isEmpty()) {
            for (Entry dependent : queue.remove().dependents) {
                if (!dependent.settled()) {
                    settle(dependent, State.FAILED);
                    blocked.add(dependent);
                    queue.add(dependent);
                }
            }
        }
        return blocked;
    }

    private void settle(Entry entry, State end) {
        if (entry.state == State.WANTED || entry.state == State.STARTED) {
            open--;
        }
        entry.state = end;
    }

    /** Those that were added and are not settled, in their order. */
    List<StorePath> unsettled() {
        return entries.values().stream()
                .filter(entry -> entry.state == State.WANTED || entry.state == State.STARTED)
                .sorted(FIRST)
                .map(Entry::path)
                .toList();
    }
}

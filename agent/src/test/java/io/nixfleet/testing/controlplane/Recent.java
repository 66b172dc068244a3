package io.nixfleet.testing.controlplane;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** What came last of many, each with its number from 0 on. Not safe for several threads. */
final class Recent<T> {
    private final int limit;
    private final Deque<T> kept = new ArrayDeque<>();
    private long count;

    Recent(int limit) {
        this.limit = limit;
    }

    void add(T item) {
        if (kept.size() == limit) {
            kept.removeFirst();
        }
        kept.addLast(item);
        count++;
    }

    /** How many came in all. */
    long count() {
        return count;
    }

    Optional<T> last() {
        return Optional.ofNullable(kept.peekLast());
    }

    /** All that are kept, the oldest first. */
    List<T> all() {
        return List.copyOf(kept);
    }

    /** Those that are kept of the items from this number on. */
    List<T> from(long number) {
        return kept.stream().skip(Math.max(0, number - (count - kept.size()))).toList();
    }
}

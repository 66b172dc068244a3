package io.nixfleet.substituter.fetch;

import io.nixfleet.substituter.cache.CacheException;
import io.nixfleet.substituter.cache.CacheInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The caches of a fetch in the order in which they are asked, which is Nix's: the lower priority
 * first, by the URL or else by the cache's own nix-cache-info, and among equals as they were given.
 *
 * <p>All are asked for theirs at the same time, when the first lookup is due; where there is one
 * cache, or each URL says it, nothing is waited for. A cache that fails is set aside; one that does
 * not answer in time comes last: then the others give what they have without it.
 */
final class RankedCaches {
    /** How long the first lookup may wait for the caches' priorities. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final long LAST = Long.MAX_VALUE;

    private record Ranked(GuardedCache cache, long priority) {}

    private final List<GuardedCache> given;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable List<GuardedCache> ranked;

    RankedCaches(List<GuardedCache> given, Duration patience) {
        this.given = List.copyOf(given);
        this.patience = patience;
    }

    /**
     * In the order in which they are to be asked; waits, within limits, when it is first called.
     */
    List<GuardedCache> inOrder() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            List<GuardedCache> known = ranked;
            if (known == null) {
                known = given.size() < 2 ? given : rank();
                ranked = known;
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    private List<GuardedCache> rank() throws InterruptedException {
        List<CompletableFuture<Long>> asked = given.stream().map(RankedCaches::priority).toList();
        long end = System.nanoTime() + patience.toNanos();
        var all = new ArrayList<Ranked>();
        for (int place = 0; place < given.size(); place++) {
            GuardedCache cache = given.get(place);
            all.add(new Ranked(cache, await(cache, asked.get(place), end)));
        }
        return all.stream()
                .sorted(Comparator.comparingLong(Ranked::priority))
                .map(Ranked::cache)
                .toList();
    }

    private static CompletableFuture<Long> priority(GuardedCache cache) {
        OptionalInt known = cache.urlPriority();
        return known.isPresent()
                ? CompletableFuture.completedFuture((long) known.getAsInt())
                : cache.askForInfo().thenApply(info -> (long) info.priority());
    }

    private static long await(GuardedCache cache, CompletableFuture<Long> priority, long end)
            throws InterruptedException {
        try {
            return priority.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CacheException failure) {
                boolean missing = failure.kind() == CacheException.Kind.ABSENT;
                if (!missing) {
                    cache.setAside(failure);
                }
                return missing ? CacheInfo.NO_PRIORITY : LAST;
            }
            throw new IllegalStateException("nix-cache-info of " + cache.name(), e.getCause());
        } catch (TimeoutException _) {
            return LAST;
        }
    }

    void close() {
        given.forEach(GuardedCache::close);
    }
}

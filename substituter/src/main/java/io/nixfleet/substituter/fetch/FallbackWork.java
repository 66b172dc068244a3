package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.store.StorePath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * When fallbacks are asked, and for what. What comes up first is theirs while the walk goes on,
 * since on a long link the walk takes as long as they do; what comes up meanwhile waits for the run
 * under way. The rest has a run of its own, beside that one, once the walk is over: so there are
 * never more than two.
 */
final class FallbackWork {
    /** For how long a run before the end of the walk waits for more to take with it. */
    private static final Duration GATHERING = Duration.ofMillis(100);

    private final Consumer<List<PathResult.Failure>> bring;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<PathResult.Failure> gathered = new ArrayList<>();
    private final Set<StorePath> taken = new HashSet<>();
    private @Nullable Thread early;
    private @Nullable Thread rest;
    private boolean walkOver;

    /**
     * @param bring asks the fallbacks, and returns when they do no more; called from two threads.
     *     An interruption ends it and leaves its thread interrupted
     */
    FallbackWork(Consumer<List<PathResult.Failure>> bring) {
        this.bring = bring;
    }

    /** What the walk, which goes on, found that no cache gives. */
    void add(PathResult.Failure missing) {
        lock.lock();
        try {
            gathered.add(missing);
            changed.signalAll();
            if (early == null) {
                early = Thread.ofVirtual().name("nixfleet-fallbacks-early").start(this::bringEarly);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The walk is over: brings what is not under way yet of all that no cache gives. */
    void bringRest(Collection<PathResult.Failure> missing) {
        lock.lock();
        try {
            walkOver = true;
            changed.signalAll();
            List<PathResult.Failure> left =
                    missing.stream().filter(failure -> taken.add(failure.path())).toList();
            if (!left.isEmpty()) {
                rest =
                        Thread.ofVirtual()
                                .name("nixfleet-fallbacks")
                                .start(() -> bring.accept(left));
            }
        } finally {
            lock.unlock();
        }
    }

    /** The threads that work, or did. */
    List<Thread> threads() {
        lock.lock();
        try {
            var threads = new ArrayList<Thread>();
            if (early != null) {
                threads.add(early);
            }
            if (rest != null) {
                threads.add(rest);
            }
            return threads;
        } finally {
            lock.unlock();
        }
    }

    private void bringEarly() {
        try {
            for (var batch = nextEarly(); !batch.isEmpty(); batch = nextEarly()) {
                bring.accept(batch);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until there is something, and a moment longer; nothing once the walk is over. */
    private List<PathResult.Failure> nextEarly() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!walkOver && gathered.isEmpty()) {
                changed.await();
            }
            long end = System.nanoTime() + GATHERING.toNanos();
            for (long left = GATHERING.toNanos();
                    !walkOver && left > 0;
                    left = end - System.nanoTime()) {
                var _ = changed.await(left, TimeUnit.NANOSECONDS);
            }
            if (walkOver) {
                return List.of();
            }
            List<PathResult.Failure> batch = List.copyOf(gathered);
            gathered.clear();
            batch.forEach(failure -> taken.add(failure.path()));
            return batch;
        } finally {
            lock.unlock();
        }
    }
}

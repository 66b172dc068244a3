package io.nixfleet.substituter.daemon;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks again and again at the operations under way and ends those that made no progress for too
 * long, or whose thread was interrupted: a read from a child process notices neither by itself.
 */
final class Watchdog implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(50);

    private final Set<OperationWatch> watches = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Watchdog() {
        // A platform thread: it must run also when every carrier of virtual threads is blocked.
        Thread.ofPlatform().daemon().name("nix-daemon-watchdog").start(this::run);
    }

    void add(OperationWatch watch) {
        watches.add(watch);
    }

    void remove(OperationWatch watch) {
        watches.remove(watch);
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(PERIOD.toNanos());
            watches.forEach(OperationWatch::check);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}

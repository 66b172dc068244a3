package io.nixfleet.substituter.daemon;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Watches over the operations of one connection, one at a time. */
final class OperationWatch {
    /** Why a connection was ended from outside. */
    enum Verdict {
        TIME_LIMIT,
        INTERRUPTED,
        CLOSED
    }

    private final Runnable abort;
    private @Nullable Thread owner;
    private @Nullable Verdict verdict;
    private long limitNanos;
    private volatile long lastProgress;
    private volatile boolean paused;

    /**
     * Creates a watch that is idle.
     *
     * @param abort ends the connection, quickly and from any thread
     */
    OperationWatch(Runnable abort) {
        this.abort = abort;
    }

    /** The calling thread starts an operation, or a new phase of one. */
    synchronized void begin(Duration limit) {
        owner = Thread.currentThread();
        limitNanos = limit.toNanos();
        paused = false;
        lastProgress = System.nanoTime();
    }

    synchronized void end() {
        owner = null;
    }

    synchronized boolean busy() {
        return owner != null;
    }

    void progressed() {
        lastProgress = System.nanoTime();
    }

    /** The operation waits for something else than the daemon. */
    void pause() {
        paused = true;
    }

    void resume() {
        lastProgress = System.nanoTime();
        paused = false;
    }

    /** Ends the operation if it is time to. */
    void check() {
        synchronized (this) {
            if (owner == null || verdict != null) {
                return;
            }
            if (owner.isInterrupted()) {
                verdict = Verdict.INTERRUPTED;
            } else if (!paused && System.nanoTime() - lastProgress > limitNanos) {
                verdict = Verdict.TIME_LIMIT;
            } else {
                return;
            }
        }
        abort.run();
    }

    /** Ends whatever is under way, for good. */
    void close() {
        synchronized (this) {
            if (verdict == null) {
                verdict = Verdict.CLOSED;
            }
        }
        abort.run();
    }

    /** Why the connection was ended from outside; null if it was not. */
    synchronized @Nullable Verdict verdict() {
        return verdict;
    }
}

package io.nixfleet.substituter.cache.http;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes between the event loop, which must never block, and the reader, which does. Holds at
 * most its bound and one chunk more: when it is full the response is paused, and when it is half
 * empty the response goes on.
 */
final class BodyBuffer {
    /** Lets the response flow or stop; called with no lock held. */
    interface Flow {
        void pause();

        void resume();
    }

    private final int bound;
    private final LongConsumer received;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Buffer> chunks = new ArrayDeque<>();
    private @Nullable Flow flow;
    private int buffered;
    private boolean paused;
    private boolean ended;
    private @Nullable IOException failure;

    BodyBuffer(int bound, LongConsumer received) {
        this.bound = bound;
        this.received = received;
    }

    void flow(Flow newFlow) {
        lock.lock();
        try {
            flow = newFlow;
        } finally {
            lock.unlock();
        }
    }

    /** From the event loop: bytes came. */
    void add(Buffer chunk) {
        received.accept(chunk.length());
        Flow toPause = null;
        lock.lock();
        try {
            if (failure != null || chunk.length() == 0) {
                return;
            }
            chunks.add(chunk);
            buffered += chunk.length();
            if (buffered >= bound) {
                paused = true;
                toPause = flow;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (toPause != null) {
            toPause.pause();
        }
    }

    /** The body is complete. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The body will not be complete; what came before can still be read. */
    void fail(IOException cause) {
        lock.lock();
        try {
            if (failure == null && !ended) {
                failure = cause;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody will read on: frees what is held. */
    void discard(IOException cause) {
        lock.lock();
        try {
            chunks.clear();
            buffered = 0;
            ended = false;
            failure = cause;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the next chunk, waiting for as long as {@code patience} lasts.
     *
     * @return null at the body's end
     */
    @Nullable Buffer take(Patience patience) throws IOException, InterruptedException {
        Flow toResume = null;
        Buffer chunk;
        lock.lockInterruptibly();
        try {
            while (chunks.isEmpty()) {
                if (failure != null) {
                    throw failure;
                }
                if (ended) {
                    return null;
                }
                long left = patience.left();
                patience.waited(left - changed.awaitNanos(left));
            }
            chunk = chunks.remove();
            buffered -= chunk.length();
            patience.received(chunk.length());
            if (paused && buffered <= bound / 2 && failure == null) {
                paused = false;
                toResume = flow;
            }
        } finally {
            lock.unlock();
        }
        if (toResume != null) {
            toResume.resume();
        }
        return chunk;
    }

    /** Bytes held now. */
    int buffered() {
        lock.lock();
        try {
            return buffered;
        } finally {
            lock.unlock();
        }
    }
}

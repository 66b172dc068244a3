package io.nixfleet.agent.deploy;

import io.nixfleet.nix.store.StorePath;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One deployment under way and one that waits. A newer request replaces the one that waits; a
 * request for what is under way or waits already adds nothing.
 */
public final class DeployQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Runnable newerCame;
    private @Nullable DeployRequest underWay;
    private @Nullable DeployRequest waiting;

    /** What became of an offer. */
    public sealed interface Offered {
        /** It is next. */
        record Queued(Optional<DeployRequest> replaced) implements Offered {}

        /** That one does the same. */
        record Same(DeployRequest as) implements Offered {}
    }

    /**
     * @param newerCame run, in the offering thread, when a request comes while another is under way
     */
    public DeployQueue(Runnable newerCame) {
        this.newerCame = newerCame;
    }

    public Offered offer(DeployRequest request) {
        Offered offered;
        boolean tell;
        lock.lock();
        try {
            DeployRequest last = waiting != null ? waiting : underWay;
            if (last != null && isSame(last, request)) {
                return new Offered.Same(last);
            }
            offered = new Offered.Queued(Optional.ofNullable(waiting));
            waiting = request;
            tell = underWay != null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (tell) {
            newerCame.run();
        }
        return offered;
    }

    private static boolean isSame(DeployRequest a, DeployRequest b) {
        return a.system().equals(b.system()) && a.action() == b.action();
    }

    /** Waits for the next one, which is under way until {@link #done()}. */
    public DeployRequest take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting == null) {
                changed.await();
            }
            DeployRequest next = waiting;
            waiting = null;
            underWay = next;
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** One that was under way before a restart is so again. */
    public void resume(DeployRequest request) {
        lock.lock();
        try {
            underWay = request;
        } finally {
            lock.unlock();
        }
    }

    public void done() {
        lock.lock();
        try {
            underWay = null;
        } finally {
            lock.unlock();
        }
    }

    /** Whether another system is under way, or waits. */
    public boolean isBusyWithOtherThan(StorePath system) {
        lock.lock();
        try {
            DeployRequest last = waiting != null ? waiting : underWay;
            return last != null && !last.system().equals(system);
        } finally {
            lock.unlock();
        }
    }

    public Optional<DeployRequest> waiting() {
        lock.lock();
        try {
            return Optional.ofNullable(waiting);
        } finally {
            lock.unlock();
        }
    }
}

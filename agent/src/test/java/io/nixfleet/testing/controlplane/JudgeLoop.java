package io.nixfleet.testing.controlplane;

import java.time.Duration;

/** Takes a fleet's rollouts on, again and again. */
final class JudgeLoop implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(2);

    private final Fleet fleet;
    private Duration period = PERIOD;
    private boolean closed;

    private JudgeLoop(Fleet fleet) {
        this.fleet = fleet;
    }

    static JudgeLoop start(Fleet fleet) {
        var loop = new JudgeLoop(fleet);
        Thread.ofVirtual().name("judge").start(loop::run);
        return loop;
    }

    synchronized void every(Duration newPeriod) {
        period = newPeriod;
        notifyAll();
    }

    private void run() {
        try {
            while (awaitRound()) {
                fleet.advanceRollouts();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a period, and says whether to go on. */
    private synchronized boolean awaitRound() throws InterruptedException {
        long start = System.nanoTime();
        while (!closed) {
            long left = (start + period.toNanos() - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return true;
            }
            wait(left);
        }
        return false;
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}

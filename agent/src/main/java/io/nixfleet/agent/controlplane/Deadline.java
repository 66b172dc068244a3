package io.nixfleet.agent.controlplane;

import java.time.Duration;

/** When a call must be over. */
record Deadline(Duration limit, long endNanos) {
    static Deadline in(Duration limit) {
        return new Deadline(limit, System.nanoTime() + limit.toNanos());
    }

    /** Nanoseconds left, not below 0. */
    long left() {
        return Math.max(0, endNanos - System.nanoTime());
    }
}

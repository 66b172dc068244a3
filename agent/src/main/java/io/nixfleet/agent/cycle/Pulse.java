package io.nixfleet.agent.cycle;

import io.nixfleet.agent.time.Ticks;
import java.time.Duration;

/** Whether a loop goes round: it says by when it will say so again. Safe for many threads. */
final class Pulse {
    /** What a round may take beside its waits, on a host that is busy. */
    static final Duration ROUND = Duration.ofMinutes(5);

    private final Ticks ticks;
    private volatile Duration due;

    Pulse(Ticks ticks) {
        this.ticks = ticks;
        this.due = ticks.now().plus(ROUND);
    }

    /** The loop is alive, and will be so again after this wait and a round. */
    void beat(Duration wait) {
        due = ticks.now().plus(wait).plus(ROUND);
    }

    boolean stopped() {
        return ticks.now().compareTo(due) > 0;
    }
}

package io.nixfleet.agent.time;

import java.time.Duration;

/** Time that only goes forward, whatever is done to the host's clock, and waiting in it. */
public interface Ticks {
    /** The time since some fixed moment. */
    Duration now();

    /** Waits. */
    void sleep(Duration duration) throws InterruptedException;

    /** How long that is for the machine: time in tests may pass faster. */
    default Duration real(Duration duration) {
        return duration;
    }

    /** The time of this machine. */
    static Ticks system() {
        return SystemTicks.INSTANCE;
    }
}

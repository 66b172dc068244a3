package io.nixfleet.agent.time;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that was right once and goes faster than it should. */
public final class QuickClock implements InstantSource {
    private final int factor;
    private final Instant origin = Instant.now();
    private final long ticks = System.nanoTime();

    /**
     * @param factor how many times faster
     */
    public QuickClock(int factor) {
        this.factor = factor;
    }

    @Override
    public Instant instant() {
        return origin.plus(Duration.ofNanos(System.nanoTime() - ticks).multipliedBy(factor));
    }
}

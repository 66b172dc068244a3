package io.nixfleet.agent.time;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Chance in waiting: hosts that were started at once, or lost their control plane at once, must not
 * stay in step.
 */
public record Jitter(RandomGenerator random) {
    /** About that long: off by up to a tenth. */
    public Duration about(Duration delay) {
        return between(delay.multipliedBy(9).dividedBy(10), delay.multipliedBy(11).dividedBy(10));
    }

    /** That long on average, off by up to half, but never longer than the limit. */
    public Duration around(Duration delay, Duration limit) {
        Duration most = delay.multipliedBy(3).dividedBy(2);
        return between(delay.dividedBy(2), most.compareTo(limit) < 0 ? most : limit);
    }

    /** Any part of it: hosts in step are spread evenly over it. */
    public Duration within(Duration delay) {
        return between(Duration.ZERO, delay);
    }

    private Duration between(Duration least, Duration most) {
        double width = most.minus(least).toMillis();
        return least.plusMillis(Math.round(width * random.nextDouble()));
    }
}

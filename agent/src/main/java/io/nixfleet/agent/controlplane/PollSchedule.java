package io.nixfleet.agent.controlplane;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When to poll next. The first poll is due at once; each later one after the delay that the last
 * answer leads to. Repeated failures double the retry interval up to a ceiling. Every delay is off
 * by up to a tenth, so that a fleet that was started at once does not ask at once. Not shared among
 * threads.
 */
public final class PollSchedule {
    private static final Duration SHORTEST_HINT = Duration.ofSeconds(1);
    private static final Duration LONGEST_HINT = Duration.ofHours(1);
    private static final Duration LEAST_CEILING = Duration.ofMinutes(5);
    private static final double JITTER = 0.1;

    private final Duration pollInterval;
    private final Duration retryInterval;
    private final Duration ceiling;
    private final RandomGenerator random;
    private Duration nextRetry;

    /** Begins with no failures. */
    public PollSchedule(Duration pollInterval, Duration retryInterval, RandomGenerator random) {
        if (!pollInterval.isPositive()) {
            throw new IllegalArgumentException("--poll-interval must be at least 1 s");
        }
        if (!retryInterval.isPositive()) {
            throw new IllegalArgumentException("--retry-interval must be at least 1 s");
        }
        this.pollInterval = pollInterval;
        this.retryInterval = retryInterval;
        this.ceiling = longer(retryInterval, longer(LEAST_CEILING, pollInterval));
        this.random = random;
        this.nextRetry = retryInterval;
    }

    /** How long after this answer the next poll is due. */
    public Duration after(PollAnswer answer) {
        return jittered(
                switch (answer) {
                    case PollAnswer.Desired(var generation) -> {
                        nextRetry = retryInterval;
                        yield generation.pollHint().map(PollSchedule::clamped).orElse(pollInterval);
                    }
                    case PollAnswer.NothingDesired() -> {
                        nextRetry = retryInterval;
                        yield pollInterval;
                    }
                    case PollAnswer.Failed _ -> {
                        Duration delay = nextRetry;
                        nextRetry = shorter(delay.multipliedBy(2), ceiling);
                        yield delay;
                    }
                });
    }

    private static Duration clamped(Duration hint) {
        return shorter(longer(hint, SHORTEST_HINT), LONGEST_HINT);
    }

    private Duration jittered(Duration delay) {
        double factor = 1 + JITTER * (2 * random.nextDouble() - 1);
        return Duration.ofMillis(Math.round(delay.toMillis() * factor));
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? b : a;
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}

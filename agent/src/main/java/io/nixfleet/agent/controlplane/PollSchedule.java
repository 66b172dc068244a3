package io.nixfleet.agent.controlplane;

import io.nixfleet.agent.time.Jitter;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When to poll next. The first poll is due at once; each later one after the delay that the last
 * answer leads to. Repeated failures double the retry interval up to a ceiling. Not shared among
 * threads.
 *
 * <p>What puts a fleet in step, be it a power failure, a control plane that was away, or a rollout
 * that ends for all, is followed by a random part of the poll interval: from then on polls come
 * evenly. A tenth, by which other intervals and hints are off, would take half an hour for that.
 * Retries are off by up to half, or the fleet would be in step when the control plane is back.
 */
public final class PollSchedule {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST_HINT = Duration.ofHours(1);
    private static final Duration LEAST_CEILING = Duration.ofMinutes(5);

    private final Duration pollInterval;
    private final Duration retryInterval;
    private final Duration ceiling;
    private final Jitter jitter;
    private Duration nextRetry;
    private boolean inStep = true;

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
        Duration aboveRetry = retryInterval.multipliedBy(3).dividedBy(2);
        this.ceiling = longer(aboveRetry, longer(LEAST_CEILING, pollInterval));
        this.jitter = new Jitter(random);
        this.nextRetry = retryInterval;
    }

    /** How long after this answer the next poll is due. */
    public Duration after(PollAnswer answer) {
        return switch (answer) {
            case PollAnswer.Desired(var generation) ->
                    generation.pollHint().map(this::afterHint).orElseGet(this::afterInterval);
            case PollAnswer.NothingDesired() -> afterInterval();
            case PollAnswer.Failed _ -> afterFailure();
        };
    }

    private Duration afterInterval() {
        nextRetry = retryInterval;
        Duration delay =
                inStep
                        ? longer(jitter.within(pollInterval), shorter(SHORTEST, pollInterval))
                        : jitter.about(pollInterval);
        inStep = false;
        return delay;
    }

    private Duration afterHint(Duration hint) {
        nextRetry = retryInterval;
        inStep = true;
        return jitter.about(shorter(longer(hint, SHORTEST), LONGEST_HINT));
    }

    private Duration afterFailure() {
        Duration delay = jitter.around(nextRetry, ceiling);
        nextRetry = shorter(nextRetry.multipliedBy(2), ceiling);
        inStep = true;
        return delay;
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? b : a;
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}

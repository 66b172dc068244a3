package io.nixfleet.substituter.cache;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When to try again: with exponential back-off and jitter.
 *
 * @param attempts how often to try in all, at least 1
 * @param base the longest wait after the first failure; it doubles with each further one
 * @param cap no wait is longer, not even where a server asks for it
 */
public record RetryPolicy(int attempts, Duration base, Duration cap) {
    /** As often as Nix does. */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(5, Duration.ofMillis(300), Duration.ofSeconds(60));

    private static final int MAX_DOUBLINGS = 20;

    public RetryPolicy {
        if (attempts < 1 || base.isNegative() || cap.compareTo(base) < 0) {
            throw new IllegalArgumentException(
                    "at least one attempt and 0 <= base <= cap: %d, %s, %s"
                            .formatted(attempts, base, cap));
        }
    }

    /** Whether there may be another attempt after that many failures in a row. */
    public boolean allows(int failures) {
        return failures < attempts;
    }

    /**
     * How long to wait before the next attempt: between half and all of the back-off, so that many
     * hosts that failed together do not return together; at least what the server asked for.
     *
     * @param failures so far in a row, from 1
     * @param retryAfter what the server asked for, zero if nothing
     */
    public Duration delay(int failures, Duration retryAfter, RandomGenerator random) {
        Duration backOff = min(cap, base.multipliedBy(1L << Math.min(failures - 1, MAX_DOUBLINGS)));
        long half = backOff.toNanos() / 2;
        Duration jittered = Duration.ofNanos(half + random.nextLong(half + 1));
        Duration wait = jittered.compareTo(retryAfter) < 0 ? retryAfter : jittered;
        return min(cap, wait);
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}

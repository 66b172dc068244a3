package io.nixfleet.substituter.cache;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The attempts at one thing: counts failures in a row, waits between them, gives up when the policy
 * says so. For one thread.
 */
final class Retries {
    /** Something that may fail and be tried again. */
    interface Attempt<T> {
        /** Tries once; {@code number} counts from 0. */
        T run(int number) throws AttemptFailedException, InterruptedException;
    }

    /** How to wait before the next attempt. */
    interface Pause {
        void pause(Duration delay) throws InterruptedException;
    }

    private final Pause pause;
    private final RetryPolicy policy;
    private final RandomGenerator random;
    private final CacheListener listener;
    private final String cache;
    private final String what;
    private int failures;

    Retries(CacheOptions options, String cache, String what, Pause pause) {
        this.pause = pause;
        this.policy = options.retryPolicy();
        this.random = options.random();
        this.listener = options.listener();
        this.cache = cache;
        this.what = what;
    }

    /** Tries until it succeeds or no further attempt is allowed. */
    <T> T run(Attempt<T> attempt) throws CacheException, InterruptedException {
        while (true) {
            try {
                return attempt.run(failures);
            } catch (AttemptFailedException e) {
                failed(e);
            }
        }
    }

    /**
     * Waits after a failure, if another attempt is allowed.
     *
     * @throws CacheException the failure's reason when none is
     */
    void failed(AttemptFailedException failure) throws CacheException, InterruptedException {
        failures++;
        if (!failure.retryable()) {
            throw failure.reason();
        }
        if (!policy.allows(failures)) {
            throw policy.attempts() == 1 ? failure.reason() : exhausted(failure.reason());
        }
        Duration delay = policy.delay(failures, failure.retryAfter(), random);
        listener.onRetry(cache, what, failures + 1, delay, failure.reasonText());
        pause.pause(delay);
    }

    /** Progress was made: what fails from now on is counted anew. */
    void reset() {
        failures = 0;
    }

    private CacheException exhausted(CacheException last) {
        return new CacheException(
                last.kind(),
                "%s (given up after %d attempts)".formatted(last.getMessage(), failures),
                last);
    }
}

package io.nixfleet.substituter.cache;

import java.time.Duration;

/** One attempt failed: for which reason, and how long the server asks to wait. */
final class AttemptFailedException extends Exception {
    private final CacheException reason;
    private final boolean retryable;
    private final Duration retryAfter;

    private AttemptFailedException(CacheException reason, boolean retryable, Duration retryAfter) {
        super(reason.getMessage(), reason);
        this.reason = reason;
        this.retryable = retryable;
        this.retryAfter = retryAfter;
    }

    static AttemptFailedException transientFailure(CacheException reason, Duration retryAfter) {
        return new AttemptFailedException(reason, true, retryAfter);
    }

    static AttemptFailedException forGood(CacheException reason) {
        return new AttemptFailedException(reason, false, Duration.ZERO);
    }

    CacheException reason() {
        return reason;
    }

    String reasonText() {
        return String.valueOf(reason.getMessage());
    }

    boolean retryable() {
        return retryable;
    }

    /** Zero when the server asked for nothing. */
    Duration retryAfter() {
        return retryAfter;
    }
}

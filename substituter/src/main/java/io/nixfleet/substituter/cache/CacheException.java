package io.nixfleet.substituter.cache;

import java.io.IOException;

/**
 * A cache did not deliver. The message names the cache (without secrets), what was asked, what came
 * and what to do.
 */
public final class CacheException extends IOException {
    /**
     * What kind of failure it was; decides about retries, the circuit breaker and the exit code.
     */
    public enum Kind {
        /** No connection, a broken or stalled transfer, 408, 429 or 5xx. Worth a retry. */
        UNREACHABLE,
        /** 401, 403 or 407 where the cache otherwise answers: credentials are missing or wrong. */
        DENIED,
        /** The file is not there (404 or 410). */
        ABSENT,
        /**
         * What answers is no binary cache for this store: a redirect that leads nowhere, a status
         * that no cache has, no HTTP at all, another store directory.
         */
        NOT_A_CACHE,
        /** The file came, but is not what it should be. */
        CORRUPT
    }

    private final Kind kind;
    private final String explanation;

    public CacheException(Kind kind, String message) {
        super(message);
        this.kind = kind;
        this.explanation = message;
    }

    public CacheException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.explanation = message;
    }

    /** The message, never null. */
    @Override
    public String getMessage() {
        return explanation;
    }

    public Kind kind() {
        return kind;
    }

    public boolean retryable() {
        return kind == Kind.UNREACHABLE;
    }
}

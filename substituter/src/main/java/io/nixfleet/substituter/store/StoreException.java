package io.nixfleet.substituter.store;

import org.jspecify.annotations.Nullable;

/**
 * The store failed: it cannot be reached, refuses us, died, or has no room. The message says which
 * store, what it was asked and what it said.
 */
public final class StoreException extends Exception {
    private final boolean sessionLost;

    private StoreException(String message, boolean sessionLost, @Nullable Throwable cause) {
        super(message, cause);
        this.sessionLost = sessionLost;
    }

    /** The operation failed, others may still succeed. */
    public static StoreException refused(String message) {
        return new StoreException(message, false, null);
    }

    /** The operation failed, others may still succeed. */
    public static StoreException refused(String message, Throwable cause) {
        return new StoreException(message, false, cause);
    }

    /** The connection or the store as a whole is lost: nothing further will succeed. */
    public static StoreException lost(String message, Throwable cause) {
        return new StoreException(message, true, cause);
    }

    /** Whether the session is of no use any more. */
    public boolean sessionLost() {
        return sessionLost;
    }
}

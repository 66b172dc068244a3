package io.nixfleet.substituter.daemon;

import org.jspecify.annotations.Nullable;

/** A connection could not be had, or is lost. The message says to what and how. */
final class DaemonLostException extends Exception {
    private final String message;

    DaemonLostException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.message = message;
    }

    @Override
    public String getMessage() {
        return message;
    }
}

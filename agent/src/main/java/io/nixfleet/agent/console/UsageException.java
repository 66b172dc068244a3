package io.nixfleet.agent.console;

/**
 * An option's value, or a file that it names, is wrong; the message says which and how to mend it.
 */
public final class UsageException extends IllegalArgumentException {
    public UsageException(String message) {
        super(message);
    }

    public UsageException(String message, Throwable cause) {
        super(message, cause);
    }
}

package io.nixfleet.agent.cli;

/**
 * An option's value, or a file that it names, is wrong; the message says which and how to mend it.
 */
final class UsageException extends IllegalArgumentException {
    UsageException(String message) {
        super(message);
    }

    UsageException(String message, Throwable cause) {
        super(message, cause);
    }
}

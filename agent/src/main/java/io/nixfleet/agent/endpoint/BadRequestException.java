package io.nixfleet.agent.endpoint;

import java.util.Objects;

/** A request that cannot be understood or granted; the message is for the client to read. */
final class BadRequestException extends Exception {
    private final int status;

    BadRequestException(int status, String message) {
        // Bad requests come as often as a client likes: no stack trace is gathered for them.
        super(message, null, false, false);
        this.status = status;
    }

    Answer answer() {
        return Answer.error(status, Objects.requireNonNull(getMessage()));
    }
}

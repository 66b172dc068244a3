package io.nixfleet.agent.state;

/** A row holds what no version of the agent with this schema wrote. */
final class MalformedRowException extends RuntimeException {
    MalformedRowException(String what, Throwable cause) {
        super(what, cause);
    }

    MalformedRowException(String what) {
        super(what);
    }
}

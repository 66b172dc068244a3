package io.nixfleet.cli.agents;

import java.io.IOException;

/** An agent did not say what it was asked; the message says why and what to do. */
public final class AgentException extends IOException {
    private static final long serialVersionUID = 1;

    /** Of which kind. */
    public enum Kind {
        /** The certificate does not do. */
        NOT_LET_IN,
        /** No whole answer came, or none of an agent. */
        UNREACHABLE
    }

    private final Kind kind;
    private final boolean sent;

    AgentException(Kind kind, boolean sent, String message) {
        super(message);
        this.kind = kind;
        this.sent = sent;
    }

    public Kind kind() {
        return kind;
    }

    /** Whether the request may have arrived: if not, nothing was done. */
    public boolean sent() {
        return sent;
    }
}

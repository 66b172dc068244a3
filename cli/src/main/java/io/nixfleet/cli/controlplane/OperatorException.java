package io.nixfleet.cli.controlplane;

import java.io.IOException;

/** A control plane did not do what it was asked for; the message says why and what to do. */
public final class OperatorException extends IOException {
    private static final long serialVersionUID = 1;

    /** Of which kind. */
    public enum Kind {
        /** There is nothing of that name. */
        NOT_FOUND,
        /** It does not go with the state that things are in. */
        CONFLICT,
        /** The request makes no sense to it. */
        REFUSED,
        /** The key or the certificate does not do. */
        NOT_LET_IN,
        /** No whole answer came, or none that says anything. */
        UNREACHABLE
    }

    private final Kind kind;
    private final boolean perhapsDone;

    OperatorException(Kind kind, boolean perhapsDone, String message) {
        super(message);
        this.kind = kind;
        this.perhapsDone = perhapsDone;
    }

    public Kind kind() {
        return kind;
    }

    /** Whether the control plane may have done it all the same, its answer lost. */
    public boolean perhapsDone() {
        return perhapsDone;
    }
}

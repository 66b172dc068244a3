package io.nixfleet.agent.controlplane;

import java.io.IOException;

/** No whole answer came; the message says why and what to do, for people. */
public final class CallFailedException extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean sent;

    CallFailedException(String reason, boolean sent, Throwable cause) {
        super(reason, cause);
        this.sent = sent;
    }

    /** Whether the request may have arrived: if not, nothing was done. */
    public boolean sent() {
        return sent;
    }
}

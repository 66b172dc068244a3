package io.nixfleet.agent.controlplane;

import java.io.IOException;

/** No whole answer came; the cause says why. */
final class ExchangeException extends IOException {
    private final boolean connected;

    ExchangeException(boolean connected, Throwable cause) {
        super(cause.getMessage(), cause);
        this.connected = connected;
    }

    /** Whether there had been a connection: if not, nothing was sent. */
    boolean connected() {
        return connected;
    }
}

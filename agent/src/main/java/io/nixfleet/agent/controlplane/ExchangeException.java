package io.nixfleet.agent.controlplane;

import java.io.IOException;

/** No whole answer came; the cause says why. */
final class ExchangeException extends IOException {
    private final boolean connected;
    private final boolean stale;

    ExchangeException(boolean connected, boolean stale, Throwable cause) {
        super(cause.getMessage(), cause);
        this.connected = connected;
        this.stale = stale;
    }

    static ExchangeException unconnected(Throwable cause) {
        return new ExchangeException(false, false, cause);
    }

    /** Whether there had been a connection: if not, nothing was sent. */
    boolean connected() {
        return connected;
    }

    /**
     * Whether a connection that was kept from an earlier call ended without a byte of an answer:
     * the server, or a router on the way, had closed it meanwhile.
     */
    boolean stale() {
        return stale;
    }
}

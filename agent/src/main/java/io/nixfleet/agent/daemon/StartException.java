package io.nixfleet.agent.daemon;

/** The daemon cannot start; the message says why and what to do. */
public final class StartException extends RuntimeException {
    private final boolean restartMayHelp;

    StartException(String message, boolean restartMayHelp, Throwable cause) {
        super(message, cause);
        this.restartMayHelp = restartMayHelp;
    }

    /** Whether it may start later with the same options, as when a port is taken for now. */
    public boolean restartMayHelp() {
        return restartMayHelp;
    }
}

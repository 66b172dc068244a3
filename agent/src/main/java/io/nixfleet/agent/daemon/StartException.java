package io.nixfleet.agent.daemon;

/** The daemon cannot start; the message says why and what to do. */
public final class StartException extends RuntimeException {
    /** Whether it may start later with the same options. */
    public enum Kind {
        /** It may, as when the disk was full. */
        BROKEN,
        /** It may when another process ends, which has what there can be one of. */
        TAKEN,
        /** It may not. */
        LASTING
    }

    private final Kind kind;

    StartException(String message, Kind kind, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}

package io.nixfleet.substituter.daemon;

import io.nixfleet.substituter.daemon.wire.DaemonError;

/** The daemon answered that an operation failed. The connection may be of further use. */
final class DaemonErrorException extends Exception {
    private final DaemonError error;
    private final String log;

    DaemonErrorException(DaemonError error, String log) {
        super(error.message());
        this.error = error;
        this.log = log;
    }

    DaemonError error() {
        return error;
    }

    /** What the daemon said, the last lines of its log included. */
    String explanation() {
        var text = new StringBuilder(error.message());
        for (String trace : error.traces()) {
            text.append('\n').append(trace);
        }
        if (!log.isEmpty()) {
            text.append("\nits log ended with:\n").append(log);
        }
        return text.toString();
    }
}

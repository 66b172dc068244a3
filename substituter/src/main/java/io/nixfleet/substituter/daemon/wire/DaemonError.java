package io.nixfleet.substituter.daemon.wire;

import java.util.List;

/**
 * What a daemon says went wrong, as plain text.
 *
 * @param message the error itself, possibly several lines
 * @param traces what the daemon was doing, innermost first; empty where it does not say
 */
public record DaemonError(String message, List<String> traces) {
    public DaemonError {
        traces = List.copyOf(traces);
    }
}

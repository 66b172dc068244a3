package io.nixfleet.it.simulation;

/**
 * What came to the control plane.
 *
 * @param micros since 1970
 * @param machine whose it was; empty for connections
 * @param report its time and message; empty for others
 */
record Arrival(long micros, Kind kind, String machine, String report) {
    enum Kind {
        CONNECTED,
        CLOSED,
        POLL,
        REPORT
    }
}

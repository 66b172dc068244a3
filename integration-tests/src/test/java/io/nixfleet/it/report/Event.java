package io.nixfleet.it.report;

import java.time.Instant;

/**
 * One thing that happened.
 *
 * @param host the empty text stands for the fleet
 * @param text the phase of a phase, the label of a system, else what a person reads
 */
record Event(Kind kind, Instant at, String host, String text) {
    enum Kind {
        PHASE,
        SYSTEM,
        FAULT,
        MENDED,
        NOTE;

        /** A state that lasts until the next one; else something of a moment. */
        boolean lasts() {
            return this == PHASE || this == SYSTEM;
        }
    }

    static final String FLEET = "";

    /** As a person names it. */
    static String named(String host) {
        return host.equals(FLEET) ? "fleet" : host;
    }
}

package io.nixfleet.it.report;

import java.time.Duration;

/** A state of a host from one moment until another, both since the start of the scenario. */
record Span(Duration from, Duration to, String label) {
    Duration length() {
        return to.minus(from);
    }
}

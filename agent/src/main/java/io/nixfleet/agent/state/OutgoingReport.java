package io.nixfleet.agent.state;

import io.nixfleet.protocol.Report;

/** A report for the control plane, and what it is worth while it waits. */
public record OutgoingReport(Kind kind, Report report) {
    /** Which reports may be lost first. */
    public enum Kind {
        /** How the host is: the next one says it again. */
        HEALTH,
        /** How a deployment went: said once. */
        VERDICT
    }
}

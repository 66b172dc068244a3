package io.nixfleet.agent.controlplane;

import io.nixfleet.protocol.Report;
import java.util.Optional;

/** The reports that wait for the control plane, in the order in which they came to be. */
public interface Outbox {
    /** The report whose turn it is, if any waits. */
    Optional<Queued> oldest();

    /** Takes a report out: it need not be sent again. One that is gone already is no error. */
    void sent(long id);

    /**
     * A report that waits.
     *
     * @param id never given to another report
     */
    record Queued(long id, Report report) {}
}

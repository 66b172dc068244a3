package io.nixfleet.agent.state;

/**
 * A report that waits to be sent.
 *
 * @param id what {@link StateStore#sent} takes; never used twice
 */
public record QueuedReport(long id, OutgoingReport outgoing) {}

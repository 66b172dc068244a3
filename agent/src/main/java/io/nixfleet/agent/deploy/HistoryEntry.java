package io.nixfleet.agent.deploy;

import java.time.Instant;

/** A deployment that is over. */
public record HistoryEntry(
        DeployRequest request, Instant started, Instant ended, Outcome outcome) {}

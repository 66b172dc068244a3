package io.nixfleet.testing.controlplane.rollout;

import java.time.Instant;

/**
 * Something that happened to a rollout.
 *
 * @param detail a JSON object
 */
public record RolloutEvent(String type, String detail, String actor, Instant at) {}

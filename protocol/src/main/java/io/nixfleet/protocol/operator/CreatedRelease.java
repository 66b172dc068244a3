package io.nixfleet.protocol.operator;

/** The answer to {@code POST /api/v1/releases}. */
public record CreatedRelease(String id, int hostCount) {}

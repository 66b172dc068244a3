package io.nixfleet.protocol.operator;

/**
 * How a machine takes a release.
 *
 * @param word pending, healthy or unhealthy
 * @param reason why it is unhealthy; else empty
 */
public record MachineHealth(String word, String reason) {}

package io.nixfleet.cli.controlplane;

/**
 * What a control plane said.
 *
 * @param message as we understand it
 * @param json the whole of it, also what we know nothing of
 */
public record Said<T>(T message, String json) {}

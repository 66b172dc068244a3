package io.nixfleet.substituter.daemon;

/**
 * What a daemon says of itself when it is met.
 *
 * @param protocol the version of the worker protocol that both ends speak
 * @param nixVersion its release; empty before Nix 2.8
 * @param trust whether it trusts us
 */
public record DaemonGreeting(String protocol, String nixVersion, DaemonTrust trust) {}

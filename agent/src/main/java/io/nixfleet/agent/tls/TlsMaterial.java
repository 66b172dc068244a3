package io.nixfleet.agent.tls;

import java.util.Optional;

/**
 * What one state of the files says. Two are the same only if they are the same object: a reload
 * makes a new one.
 */
public final class TlsMaterial {
    private final Optional<ClientIdentity> identity;
    private final TrustedAuthorities authorities;

    TlsMaterial(Optional<ClientIdentity> identity, TrustedAuthorities authorities) {
        this.identity = identity;
        this.authorities = authorities;
    }

    /** The agent's own certificate and key, if it has them. */
    public Optional<ClientIdentity> identity() {
        return identity;
    }

    public TrustedAuthorities authorities() {
        return authorities;
    }
}

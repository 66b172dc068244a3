package io.nixfleet.agent.deploy;

import io.nixfleet.nix.store.StorePath;
import java.util.Optional;

/**
 * Which systems a host has: what to return to exactly.
 *
 * @param running where {@code /run/current-system} leads
 * @param profile the system profile's generation
 */
public record SystemState(Optional<StorePath> running, Optional<Generation> profile) {
    /** A generation of the system profile, {@code system-NUMBER-link}, and what it leads to. */
    public record Generation(int number, StorePath system) {}
}

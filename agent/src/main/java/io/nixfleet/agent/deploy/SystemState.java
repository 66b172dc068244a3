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

    /** Whether the action would bring nothing new. */
    public boolean has(StorePath system, Action action) {
        boolean runs = running.filter(system::equals).isPresent();
        boolean boots = profile.map(Generation::system).filter(system::equals).isPresent();
        return switch (action) {
            case SWITCH -> runs && boots;
            case BOOT -> boots;
            case TEST -> runs;
            case DRY_ACTIVATE -> false;
        };
    }
}

package io.nixfleet.substituter.cache;

import io.nixfleet.nix.store.StoreDir;
import java.util.Optional;

/**
 * The content of {@code nix-cache-info}.
 *
 * @param storeDir the store directory of its paths, if it says so
 * @param wantMassQuery whether it answers bulk queries
 * @param priority lower is asked first; 0 where the cache names none, as Nix has it
 */
public record CacheInfo(Optional<StoreDir> storeDir, boolean wantMassQuery, int priority) {
    /** What a cache has that names no priority. */
    public static final int NO_PRIORITY = 0;
}

package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.narinfo.NarInfoVerifier;
import io.nixfleet.nix.signature.TrustedKeys;
import io.nixfleet.substituter.cache.BinaryCache;
import io.nixfleet.substituter.store.Store;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import java.util.List;

/**
 * Brings closures from binary caches into a store. The entry point of this library:
 *
 * <pre>{@code
 * var substituter = new Substituter(store, caches, List.of(), TrustedKeys.parse(keys), List.of(), FetchPolicy.DEFAULT, listener);
 * try (Substitution substitution = substituter.open()) {
 *     FetchOutcome outcome = substitution.fetch(List.of(root));
 *     if (outcome instanceof FetchOutcome.Complete) {
 *         substitution.addRoot(Path.of("/nix/var/nix/gcroots/mine"), root);
 *     }
 * }
 * }</pre>
 *
 * @param store where paths go
 * @param caches where paths come from, lower priorities asked first, and in this order among
 *     equals; not closed here
 * @param fallbacks asked in their order for what no cache gives; none keeps the fetch to the caches
 * @param trustedKeys whose signatures make a path trusted
 * @param keysForStore those of them that a store which checks signatures itself must be told
 * @param policy limits
 * @param listener hears what happens
 */
public record Substituter(
        Store store,
        List<BinaryCache> caches,
        List<Fallback> fallbacks,
        TrustedKeys trustedKeys,
        List<String> keysForStore,
        FetchPolicy policy,
        FetchListener listener) {
    public Substituter {
        caches = List.copyOf(caches);
        fallbacks = List.copyOf(fallbacks);
        keysForStore = List.copyOf(keysForStore);
    }

    /** Whether there is nothing that paths could come from. */
    public boolean sourceless() {
        return caches.isEmpty() && fallbacks.isEmpty();
    }

    /**
     * Opens the store for one or more plans and fetches.
     *
     * @throws StoreException when it cannot be opened
     */
    public Substitution open() throws StoreException, InterruptedException {
        return open(store.openSession());
    }

    /**
     * As {@link #open()}, in a session of the store that was used for questions only.
     *
     * @param session closed with the substitution
     */
    public Substitution open(StoreSession session) {
        session.trust(keysForStore);
        List<GuardedCache> guarded =
                caches.stream()
                        .map(cache -> new GuardedCache(cache, store.storeDir(), policy, listener))
                        .toList();
        return new Substitution(
                session,
                new RankedCaches(guarded, RankedCaches.PATIENCE),
                fallbacks,
                new NarInfoVerifier(trustedKeys),
                policy,
                listener);
    }
}

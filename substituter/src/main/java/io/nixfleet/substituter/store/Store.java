package io.nixfleet.substituter.store;

import io.nixfleet.nix.store.StoreDir;
import java.util.List;

/** A store that closures can be brought into. */
public interface Store {
    /** The store for people: what {@code --store} selected. */
    String name();

    /** The directory that its paths name as their parent. */
    StoreDir storeDir();

    /**
     * The same store, which takes signatures by these keys for its sessions, too, where it checks
     * signatures itself.
     *
     * @param extraKeys each {@code name:base64}; they take the place of those given before
     */
    default Store trusting(List<String> extraKeys) {
        return this;
    }

    /**
     * Opens a session.
     *
     * @throws StoreException when the store cannot be reached or refuses us
     */
    StoreSession openSession() throws StoreException, InterruptedException;
}

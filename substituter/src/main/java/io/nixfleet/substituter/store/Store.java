package io.nixfleet.substituter.store;

import io.nixfleet.nix.store.StoreDir;

/** A store that closures can be brought into. */
public interface Store {
    /** The store for people: what {@code --store} selected. */
    String name();

    /** The directory that its paths name as their parent. */
    StoreDir storeDir();

    /**
     * Opens a session.
     *
     * @throws StoreException when the store cannot be reached or refuses us
     */
    StoreSession openSession() throws StoreException, InterruptedException;
}

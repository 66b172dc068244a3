package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.store.StorePath;
import java.util.Collection;
import java.util.List;

/**
 * Another way to make paths valid than our own client: Nix itself, with its own substituters or
 * from a store that only Nix can talk to. It brings each path with all that it refers to, checks
 * what it brings by its own means, and adds to the same store that the fetch imports into.
 */
public interface Fallback {
    /** What it is, for people and metrics, such as {@code nix-store --realise}; no secrets. */
    String name();

    /**
     * Tries to make the paths valid, each as far as it can be had, and returns when it does no
     * more. What came of each path is for the caller to ask the store. Blocks within limits of its
     * own; interrupting the calling thread ends it and all that it started.
     *
     * @param paths invalid until now
     * @param listener hears {@link FetchEvent.FallbackOutput} and {@link
     *     FetchEvent.FallbackProgress}
     * @return what went wrong, a message each, bounded; empty when nothing did
     */
    List<String> bring(Collection<StorePath> paths, FetchListener listener)
            throws InterruptedException;
}

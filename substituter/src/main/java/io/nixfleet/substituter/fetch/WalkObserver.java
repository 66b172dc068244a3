package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.store.StorePath;
import java.util.Collection;

/** Hears what a walk finds while it goes on, on the walk's thread. */
interface WalkObserver {
    /** Heeds nothing. */
    WalkObserver NONE =
            new WalkObserver() {
                @Override
                public void valid(Collection<StorePath> paths) {}

                @Override
                public void found(PlannedPath path) {}

                @Override
                public void missing(PathResult.Failure failure) {}
            };

    /** The store has these. */
    void valid(Collection<StorePath> paths);

    /** The store lacks this one, and a cache has it; what refers to it was found before. */
    void found(PlannedPath path);

    /** The store lacks this one, no cache gives it, and a fallback may. */
    void missing(PathResult.Failure failure);
}

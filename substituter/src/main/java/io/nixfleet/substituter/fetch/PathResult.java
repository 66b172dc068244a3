package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.narinfo.Trust;
import io.nixfleet.nix.store.StorePath;
import java.time.Duration;
import java.util.List;

/** What became of one path. */
public sealed interface PathResult {
    StorePath path();

    /** The path is valid now. */
    sealed interface Valid extends PathResult {}

    /** The path is not valid; nothing of it was imported. */
    sealed interface Failure extends PathResult {
        /** What happened and where, for people. */
        String reason();
    }

    /** The store had it before. */
    record AlreadyValid(StorePath path) implements Valid {}

    /**
     * It came from a cache.
     *
     * @param cache the cache's name
     * @param trust why it was believed
     * @param received compressed bytes that came over the wire
     * @param narSize NAR bytes
     * @param took from the start of the import to its end
     */
    record Fetched(
            StorePath path, String cache, Trust trust, long received, long narSize, Duration took)
            implements Valid {}

    /**
     * A {@link Fallback} brought it, with all that it refers to.
     *
     * @param by the fallback's name
     * @param reason why no cache gave it
     * @param took from the start of the fallback until it was seen to be valid; zero when it came
     *     as a part of another path's closure
     */
    record Realised(StorePath path, String by, String reason, Duration took) implements Valid {}

    /**
     * Every cache that answered says that it does not have it.
     *
     * @param via the references that lead to it, from a root to the path that needs it
     */
    record Absent(StorePath path, String reason, List<StorePath> via) implements Failure {
        public Absent {
            via = List.copyOf(via);
        }
    }

    /** A cache offers it, but not under a signature we trust, or not what was signed. */
    record Refused(StorePath path, String reason) implements Failure {}

    /** A cache that may have it did not answer, or not as a cache does. */
    record Unreachable(StorePath path, String reason) implements Failure {}

    /** The store did not take it. */
    record StoreFailed(StorePath path, String reason) implements Failure {}

    /**
     * It was not tried because something that it needs failed.
     *
     * @param by the path whose own failure is the cause
     */
    record Blocked(StorePath path, StorePath by) implements Failure {
        @Override
        public String reason() {
            return "not tried, since it needs " + by;
        }
    }
}

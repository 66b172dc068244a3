package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What happens during a fetch, as it happens. Listeners are called from many threads, must be safe
 * for that, fast, and never throw.
 */
public sealed interface FetchEvent {
    /**
     * The walk goes on.
     *
     * @param known paths found so far that the store lacks
     * @param asked narinfos answered so far
     */
    record Walking(int known, int asked) implements FetchEvent {}

    /** The walk is over. Some of the plan may have been imported by then. */
    record Planned(ClosurePlan plan) implements FetchEvent {}

    /** Caches failed on the way; this is what will be tried for the paths still missing. */
    record Replanned(ClosurePlan plan) implements FetchEvent {}

    /** A fallback begins to bring paths. */
    record FallbackStarted(String by, List<StorePath> paths) implements FetchEvent {
        public FallbackStarted {
            paths = List.copyOf(paths);
        }
    }

    /**
     * A line that a fallback printed.
     *
     * @param problem whether it is a warning or an error, rather than what it does
     */
    record FallbackOutput(String by, String line, boolean problem) implements FetchEvent {}

    /**
     * What a fallback brought since its last event.
     *
     * @param paths which it copied completely, those that came along included
     * @param received compressed bytes that came over the wire
     * @param unpacked NAR bytes
     */
    record FallbackProgress(String by, int paths, long received, long unpacked)
            implements FetchEvent {}

    /** The import of a path begins. */
    record PathStarted(StorePath path, String cache, long narSize) implements FetchEvent {}

    /**
     * Bytes of a NAR went into the store.
     *
     * @param received compressed bytes that came over the wire for this path since the last event
     * @param unpacked NAR bytes that went into the store since the last event
     */
    record NarProgress(StorePath path, long received, long unpacked) implements FetchEvent {}

    /** A path reached its end, good or bad. */
    record PathDone(PathResult result) implements FetchEvent {}

    /** A request is tried again after {@code delay}. */
    record Retrying(String cache, String what, int attempt, Duration delay, String reason)
            implements FetchEvent {}

    /** A broken transfer goes on from {@code offset} bytes. */
    record Resumed(String cache, String what, long offset) implements FetchEvent {}

    /** A path's source failed; another cache is tried. */
    record SourceFailed(StorePath path, String cache, String reason) implements FetchEvent {}

    /** A cache is not asked any more during this fetch. */
    record CacheSetAside(String cache, String reason) implements FetchEvent {}

    /** The store is lost; the fetch ends. */
    record StoreLost(Optional<StorePath> path, StoreException reason) implements FetchEvent {}
}

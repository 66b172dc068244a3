package io.nixfleet.substituter.cache;

import java.time.Duration;

/**
 * Told of what a cache went through besides its answers. Called on the threads that do the work, at
 * times many at once: return soon. No text that it gets holds secrets.
 */
public interface CacheListener {
    CacheListener NONE = new CacheListener() {};

    /**
     * A request failed and is tried again.
     *
     * @param cache the cache's name
     * @param what what was asked for, a path relative to the cache
     * @param attempt the number of the attempt that is to come, from 2
     * @param delay the wait before it
     */
    default void onRetry(String cache, String what, int attempt, Duration delay, String reason) {}

    /**
     * A NAR transfer broke and goes on.
     *
     * @param offset the number of bytes that the reader already has
     * @param ranged whether the server continues where it broke off; otherwise it starts over and
     *     those bytes come again
     */
    default void onResume(String cache, String what, long offset, boolean ranged, String reason) {}

    /**
     * The answer to a request for nix-cache-info said what time it is, good answer or not.
     *
     * @param date the header {@code Date}, as it stands
     * @param age the header {@code Age}, as it stands: how old the answer was already, if it came
     *     from a proxy's store; empty if there is none
     */
    default void onServerTime(String cache, String date, String age) {}
}

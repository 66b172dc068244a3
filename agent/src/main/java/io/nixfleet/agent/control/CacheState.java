package io.nixfleet.agent.control;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * How a cache did in the latest fetch that asked it, which may be under way.
 *
 * @param name its URL without login and parameters, or the command of Nix that asks it
 * @param fetchedPaths how many store paths came from it
 * @param failedPaths how many it has, but failed to give
 * @param retries how often it was asked again
 * @param problem the latest one, or why it was set aside
 * @param asked when that fetch began to ask; empty if there was none since the agent's start
 */
public record CacheState(
        String name,
        Standing standing,
        int fetchedPaths,
        int failedPaths,
        int retries,
        Optional<String> problem,
        Optional<Instant> asked) {
    /** How good that is. */
    public enum Standing {
        NOT_ASKED,
        /** Nothing went wrong. */
        FINE,
        /** Something went wrong, and it is asked still. */
        TROUBLED,
        /** The fetch stopped asking it. */
        SET_ASIDE;

        /** As JSON spells it, such as {@code set_aside}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One that no fetch has asked yet. */
    public static CacheState notAsked(String name) {
        return new CacheState(
                name, Standing.NOT_ASKED, 0, 0, 0, Optional.empty(), Optional.empty());
    }

    /** One of which nothing is known but that a fetch asks it. */
    public static CacheState asked(String name, Instant when) {
        return new CacheState(name, Standing.FINE, 0, 0, 0, Optional.empty(), Optional.of(when));
    }

    public CacheState gave(int paths) {
        return counting(paths, 0, 0);
    }

    /** It failed to give a path. */
    public CacheState failed(String why) {
        return counting(0, 1, 0).troubled(why);
    }

    public CacheState retried(String why) {
        return counting(0, 0, 1).troubled(why);
    }

    public CacheState troubled(String why) {
        // Why it was set aside says more than what still comes after.
        return standing == Standing.SET_ASIDE ? this : standing(Standing.TROUBLED, why);
    }

    public CacheState setAside(String why) {
        return standing(Standing.SET_ASIDE, why);
    }

    private CacheState standing(Standing now, String why) {
        return new CacheState(
                name, now, fetchedPaths, failedPaths, retries, Optional.of(why), asked);
    }

    private CacheState counting(int fetched, int failed, int again) {
        return new CacheState(
                name,
                standing,
                fetchedPaths + fetched,
                failedPaths + failed,
                retries + again,
                problem,
                asked);
    }
}

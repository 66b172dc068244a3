package io.nixfleet.cli.verify;

import io.nixfleet.nix.store.StorePath;
import java.util.List;

/**
 * What a cache has of some systems.
 *
 * @param paths how many paths of their closures it has, signed by a trusted key
 * @param problems what hosts could not fetch
 * @param upstreamOnly paths that it lacks, and an upstream cache has with all that they need: hosts
 *     need a way there
 */
public record CacheReport(int paths, List<Problem> problems, List<StorePath> upstreamOnly) {
    /**
     * A path that no host could fetch.
     *
     * @param kind absent, refused or unreachable
     * @param via the references that lead to it, from a system to what needs it
     */
    public record Problem(StorePath path, String kind, String reason, List<StorePath> via) {
        public Problem {
            via = List.copyOf(via);
        }
    }

    public CacheReport {
        problems = List.copyOf(problems);
        upstreamOnly = List.copyOf(upstreamOnly);
    }

    /** Whether hosts could fetch all, perhaps with the help of an upstream cache. */
    public boolean complete() {
        return problems.isEmpty();
    }
}

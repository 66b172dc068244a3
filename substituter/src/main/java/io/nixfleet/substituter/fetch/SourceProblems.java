package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.narinfo.Verdict;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.CacheException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Why no cache gave a path. The verdict that an operator must act on wins: something refused over
 * something unreachable over something absent, since a path is absent only if every cache says so.
 */
final class SourceProblems {
    private static final int MAX_SHOWN = 20;

    private final StorePath path;
    private final List<String> reasons = new ArrayList<>();
    private boolean refused;
    private boolean unreachable;

    SourceProblems(StorePath path) {
        this.path = path;
    }

    void absent(String cache) {
        reasons.add(cache + " does not have it");
    }

    void untrusted(String cache, Verdict.Untrusted untrusted) {
        refused = true;
        reasons.add(cache + " offers it, but " + untrusted.reason());
    }

    void refused(String reason) {
        refused = true;
        reasons.add(reason);
    }

    void failed(CacheException failure) {
        switch (failure.kind()) {
            case ABSENT -> {}
            case UNREACHABLE, NOT_A_CACHE, DENIED -> unreachable = true;
            case CORRUPT -> refused = true;
        }
        reasons.add(failure.getMessage());
    }

    PathResult.Failure toFailure() {
        String reason = reasons.isEmpty() ? "no cache is configured" : String.join("; ", reasons);
        if (refused) {
            return new PathResult.Refused(path, reason);
        }
        return unreachable
                ? new PathResult.Unreachable(path, reason)
                : new PathResult.Absent(path, reason, List.of());
    }

    static String ring(List<StorePath> cycle) {
        String more = cycle.size() <= MAX_SHOWN ? "" : " → … (%d paths)".formatted(cycle.size());
        return "references form a cycle: "
                + cycle.stream()
                        .limit(MAX_SHOWN)
                        .map(StorePath::baseName)
                        .collect(Collectors.joining(" → "))
                + more
                + " → "
                + cycle.getFirst().baseName();
    }
}

package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.store.StorePath;
import java.util.List;
import java.util.Set;

/**
 * What a fetch will do: the result of a walk.
 *
 * @param roots what was asked for
 * @param valid the paths met on the walk that the store has; what they refer to was not looked at
 * @param fetch what will be fetched, dependencies first
 * @param fallback paths that no cache gives, each with why, which are left to the fallbacks; what
 *     they refer to is not known, nor how large they are
 * @param failures the paths that cannot be had, and those that need them
 */
public record ClosurePlan(
        List<StorePath> roots,
        Set<StorePath> valid,
        List<PlannedPath> fetch,
        List<PathResult.Failure> fallback,
        List<PathResult.Failure> failures) {
    public ClosurePlan {
        roots = List.copyOf(roots);
        valid = Set.copyOf(valid);
        fetch = List.copyOf(fetch);
        fallback = List.copyOf(fallback);
        failures = List.copyOf(failures);
    }

    /** The plan for a path that is valid already. */
    public static ClosurePlan nothing(StorePath root) {
        return new ClosurePlan(List.of(root), Set.of(root), List.of(), List.of(), List.of());
    }

    /** Whether carrying it out makes every root valid, if nothing fails, fallbacks included. */
    public boolean complete() {
        return failures.isEmpty();
    }

    /** Whether there is nothing to do, since every root is valid. */
    public boolean empty() {
        return fetch.isEmpty() && fallback.isEmpty() && failures.isEmpty();
    }

    /** The NAR bytes that will be imported: about what the store will grow by, fallbacks aside. */
    public long narBytes() {
        return fetch.stream().mapToLong(path -> path.info().narSize()).sum();
    }

    /**
     * The bytes that will come over the wire; for paths whose cache does not say, the NAR's size
     * stands in, so it is an upper bound in practice.
     */
    public long downloadBytes() {
        return fetch.stream()
                .mapToLong(path -> path.narInfo().fileSize().orElse(path.info().narSize()))
                .sum();
    }
}

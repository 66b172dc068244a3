package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.narinfo.NarInfoVerifier;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Walks and fetches at the same time, and where caches then fail to keep what they promised, walks
 * again for what is left: other caches, and fallbacks for what none of them gives.
 *
 * <pre>
 * walk ─→ plan ─→ fallback ┐
 *    └──→ downloads ───────┴→ failed on the way? ─ walk again, without the caches that failed it ─→ …
 * </pre>
 *
 * <p>A cache is never asked twice for a path whose NAR it spoilt, nor a fallback for one that it
 * did not bring, so each round has less to try; the number of rounds is bounded all the same.
 */
final class FetchRounds {
    private static final int ROUNDS = 4;

    private final StoreSession session;
    private final RankedCaches caches;
    private final List<Fallback> fallbacks;
    private final NarInfoVerifier verifier;
    private final FetchPolicy policy;
    private final FetchListener listener;
    private final Set<StorePath> triedByFallback = new HashSet<>();

    FetchRounds(
            StoreSession session,
            RankedCaches caches,
            List<Fallback> fallbacks,
            NarInfoVerifier verifier,
            FetchPolicy policy,
            FetchListener listener) {
        this.session = session;
        this.caches = caches;
        this.fallbacks = fallbacks;
        this.verifier = verifier;
        this.policy = policy;
        this.listener = listener;
    }

    ClosurePlan plan(Collection<StorePath> roots) throws StoreException, InterruptedException {
        return plan(roots, WalkObserver.NONE);
    }

    private ClosurePlan plan(Collection<StorePath> roots, WalkObserver observer)
            throws StoreException, InterruptedException {
        return new ClosureWalk(
                        session, caches, verifier, policy, this::mayFallBack, listener, observer)
                .walk(roots);
    }

    /** Whether a fallback may bring what caches failed to. */
    private boolean mayFallBack(PathResult.Failure failure) {
        return !fallbacks.isEmpty()
                && switch (failure) {
                    case PathResult.Absent _, PathResult.Refused _, PathResult.Unreachable _ ->
                            !triedByFallback.contains(failure.path());
                    case PathResult.StoreFailed _, PathResult.Blocked _ -> false;
                };
    }

    /**
     * @throws StoreException when the store fails before there is a plan, or the closure exceeds
     *     the policy's limit
     */
    FetchOutcome run(Collection<StorePath> roots, Approval approval)
            throws StoreException, InterruptedException {
        Map<StorePath, PathResult> results = new LinkedHashMap<>();
        List<PathResult> latest;
        try (ClosureFetch fetch = closureFetch(approval.unasked())) {
            ClosurePlan plan = plan(roots, fetch);
            listener.on(new FetchEvent.Planned(plan));
            Optional<String> objection = approval.objection(plan);
            if (objection.isPresent()) {
                return new FetchOutcome.Declined(objection.get());
            }
            latest = carryOut(plan, fetch);
        }
        merge(results, latest);
        for (int round = 2; round <= ROUNDS && worthAnotherRound(latest); round++) {
            try (ClosureFetch fetch = closureFetch(0)) {
                ClosurePlan next = plan(roots, fetch);
                listener.on(new FetchEvent.Replanned(next));
                latest = carryOut(next, fetch);
                merge(results, latest);
                settleForgotten(results, latest);
            } catch (StoreException e) {
                // What the round before said stands.
                listener.on(new FetchEvent.StoreLost(Optional.empty(), e));
                break;
            }
        }
        return FetchOutcome.of(List.copyOf(results.values()));
    }

    private ClosureFetch closureFetch(long unasked) {
        return new ClosureFetch(
                new PathImporter(session, caches, verifier, listener),
                new FallbackRun(session, fallbacks, listener),
                policy,
                listener,
                session.importLanes(),
                unasked);
    }

    private List<PathResult> carryOut(ClosurePlan plan, ClosureFetch fetch)
            throws InterruptedException {
        plan.fallback().forEach(failure -> triedByFallback.add(failure.path()));
        return fetch.carryOut(plan);
    }

    private boolean worthAnotherRound(List<PathResult> latest) {
        return latest.stream()
                .anyMatch(
                        result ->
                                result instanceof PathResult.Failure failure
                                        && mayFallBack(failure));
    }

    /** What is known to be valid stays so; of failures the latest counts. */
    private static void merge(Map<StorePath, PathResult> results, List<PathResult> latest) {
        for (PathResult result : latest) {
            results.merge(
                    result.path(),
                    result,
                    (before, now) -> before instanceof PathResult.Valid ? before : now);
        }
    }

    /**
     * A path that failed in an earlier round and was not met again came with a path that a fallback
     * brought, or is not needed any more.
     */
    private void settleForgotten(Map<StorePath, PathResult> results, List<PathResult> latest)
            throws StoreException, InterruptedException {
        var met = new HashSet<StorePath>();
        latest.forEach(result -> met.add(result.path()));
        var forgotten = new ArrayList<PathResult.Failure>();
        for (PathResult result : results.values()) {
            if (result instanceof PathResult.Failure failure && !met.contains(failure.path())) {
                forgotten.add(failure);
            }
        }
        Set<StorePath> valid =
                session.protectAndQueryValid(
                        forgotten.stream().map(PathResult.Failure::path).toList());
        String by = fallbacks.getLast().name();
        for (PathResult.Failure failure : forgotten) {
            StorePath path = failure.path();
            if (valid.contains(path)) {
                results.put(
                        path, new PathResult.Realised(path, by, failure.reason(), Duration.ZERO));
            } else {
                results.remove(path);
            }
        }
    }
}

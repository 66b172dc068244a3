package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.narinfo.NarInfoVerifier;
import io.nixfleet.nix.narinfo.Verdict;
import io.nixfleet.nix.narinfo.VerifiedNarInfo;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.CacheException;
import io.nixfleet.substituter.cache.NarInfoLookup;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The walk from the roots down to what the store has. A valid path ends it, since a store keeps
 * closures whole; only paths that the store lacks are looked up, many at a time, and the references
 * of a narinfo are followed only when a trusted key signed it.
 *
 * <p>One thread, the caller's, owns the state: it asks the store about whatever came up since it
 * last did, keeps lookups in flight, and takes their answers. So validity is asked in batches that
 * grow with the store's latency, and no answer waits for the slowest of its generation.
 *
 * <p>What no cache gives may be left to fallbacks. The walk ends there, since nobody knows what
 * such a path refers to; those that need it wait until a fallback brought it.
 */
final class ClosureWalk {
    /** Real closures have about ten; without a limit, few paths could take all memory. */
    private static final int REFERENCES_PER_PATH = 20;

    /** Far deeper than real closures; longer ones would be told for each path that is absent. */
    private static final int MAX_WAY = 100;

    private final StoreSession session;
    private final RankedCaches caches;
    private final NarInfoVerifier verifier;
    private final FetchPolicy policy;
    private final Predicate<PathResult.Failure> mayFallBack;
    private final FetchListener listener;
    private final WalkObserver observer;

    /** One instance for each path that trusted narinfos name; shared by the lookups. */
    private final Map<StorePath, StorePath> instances = new ConcurrentHashMap<>();

    private final Set<StorePath> seen = new LinkedHashSet<>();
    private final Map<StorePath, StorePath> referrers = new HashMap<>();
    private final Set<StorePath> valid = new LinkedHashSet<>();
    private final Map<StorePath, PlannedPath> wanted = new LinkedHashMap<>();
    private final Map<StorePath, PathResult.Failure> failures = new LinkedHashMap<>();
    private long references;

    ClosureWalk(
            StoreSession session,
            RankedCaches caches,
            NarInfoVerifier verifier,
            FetchPolicy policy,
            Predicate<PathResult.Failure> mayFallBack,
            FetchListener listener,
            WalkObserver observer) {
        this.session = session;
        this.caches = caches;
        this.verifier = verifier;
        this.policy = policy;
        this.mayFallBack = mayFallBack;
        this.listener = listener;
        this.observer = observer;
    }

    /** The answer for one path, from whichever cache had it. */
    private sealed interface Answer {
        record Usable(StorePath path, VerifiedNarInfo narInfo, GuardedCache source)
                implements Answer {}

        record Unusable(StorePath path, PathResult.Failure failure) implements Answer {}

        record Broken(StorePath path, Throwable cause) implements Answer {}
    }

    ClosurePlan walk(Collection<StorePath> roots) throws StoreException, InterruptedException {
        var unchecked = new ArrayList<StorePath>();
        for (StorePath root : roots) {
            if (seen.add(root)) {
                unchecked.add(root);
            }
        }
        var unasked = new ArrayDeque<StorePath>();
        var answers = new LinkedBlockingQueue<Answer>();
        int inFlight = 0;
        int asked = 0;
        ExecutorService lookups =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("nixfleet-lookup-", 0).factory());
        try {
            while (!unchecked.isEmpty() || !unasked.isEmpty() || inFlight > 0) {
                if (!unchecked.isEmpty()) {
                    Set<StorePath> found = session.protectAndQueryValid(unchecked);
                    valid.addAll(found);
                    observer.valid(found);
                    unchecked.stream().filter(path -> !found.contains(path)).forEach(unasked::add);
                    unchecked.clear();
                    refuseEndlessClosure();
                }
                while (!unasked.isEmpty() && inFlight < policy.lookupsInFlight()) {
                    StorePath path = unasked.remove();
                    lookups.execute(() -> answers.add(ask(path)));
                    inFlight++;
                }
                if (inFlight == 0) {
                    continue;
                }
                var batch = new ArrayList<Answer>();
                batch.add(answers.take());
                answers.drainTo(batch);
                inFlight -= batch.size();
                asked += batch.size();
                for (Answer answer : batch) {
                    take(answer, unchecked);
                }
                listener.on(new FetchEvent.Walking(seen.size() - valid.size(), asked));
            }
        } finally {
            lookups.shutdownNow();
        }
        return plan(List.copyOf(roots));
    }

    private void refuseEndlessClosure() throws StoreException {
        if (seen.size() > policy.maxPaths() || instances.size() > policy.maxPaths()) {
            throw StoreException.refused(
                    "the closure has more than %d paths that the store lacks; the fetch was ended"
                            .formatted(policy.maxPaths()));
        }
        long maxReferences = (long) policy.maxPaths() * REFERENCES_PER_PATH;
        if (references > maxReferences) {
            throw StoreException.refused(
                    "the closure has more than %d references between its paths; the fetch was ended"
                            .formatted(maxReferences));
        }
    }

    private void take(Answer answer, List<StorePath> unchecked) throws StoreException {
        switch (answer) {
            case Answer.Usable(StorePath path, VerifiedNarInfo narInfo, GuardedCache source) -> {
                for (StorePath reference : narInfo.info().references()) {
                    if (seen.add(reference)) {
                        referrers.put(reference, path);
                        unchecked.add(reference);
                    }
                }
                var planned = new PlannedPath(narInfo, source);
                wanted.put(path, planned);
                references += narInfo.info().references().size();
                refuseEndlessClosure();
                observer.found(planned);
            }
            case Answer.Unusable(StorePath path, PathResult.Failure told) -> {
                PathResult.Failure failure =
                        told instanceof PathResult.Absent(_, String reason, _)
                                ? new PathResult.Absent(path, reason, wayTo(path))
                                : told;
                failures.put(path, failure);
                if (mayFallBack.test(failure)) {
                    observer.missing(failure);
                }
            }
            case Answer.Broken(StorePath path, Throwable cause) ->
                    throw new IllegalStateException("looking up " + path + " failed", cause);
        }
    }

    private Answer ask(StorePath path) {
        try {
            var problems = new SourceProblems(path);
            for (GuardedCache cache : caches.inOrder()) {
                switch (cache.lookup(path)) {
                    case NarInfoLookup.Found(var narInfo) -> {
                        switch (cache.judge(narInfo, verifier)) {
                            case Verdict.Trusted(var trusted) -> {
                                return new Answer.Usable(
                                        path, trusted.sharing(this::instance), cache);
                            }
                            case Verdict.Untrusted untrusted ->
                                    problems.untrusted(cache.name(), untrusted);
                        }
                    }
                    case NarInfoLookup.Absent _ -> problems.absent(cache.name());
                    case NarInfoLookup.Failed(CacheException reason) -> problems.failed(reason);
                }
            }
            return new Answer.Unusable(path, problems.toFailure());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.Broken(path, e);
        } catch (RuntimeException | Error e) {
            return new Answer.Broken(path, e);
        }
    }

    /**
     * The instance that stands for all equal ones. Once there are too many, the walk is refused
     * with the next answer that it takes: until then any one will do, and no more are kept.
     */
    private StorePath instance(StorePath path) {
        StorePath known = instances.get(path);
        if (known != null) {
            return known;
        }
        if (instances.size() > policy.maxPaths()) {
            return instances.keySet().iterator().next();
        }
        StorePath other = instances.putIfAbsent(path, path);
        return other == null ? path : other;
    }

    private List<StorePath> wayTo(StorePath path) {
        var way = new ArrayDeque<StorePath>();
        for (StorePath at = referrers.get(path);
                at != null && way.size() < MAX_WAY;
                at = referrers.get(at)) {
            way.addFirst(at);
        }
        return List.copyOf(way);
    }

    private ClosurePlan plan(List<StorePath> roots) {
        var dependencies = new LinkedHashMap<StorePath, List<StorePath>>();
        wanted.forEach((path, planned) -> dependencies.put(path, planned.dependencies()));
        var costs = new HashMap<StorePath, Long>();
        wanted.forEach((path, planned) -> costs.put(path, ImportCost.of(planned.info())));
        var fallback = new ArrayList<PathResult.Failure>();
        var all = new ArrayList<PathResult.Failure>();
        failures.values()
                .forEach(failure -> (mayFallBack.test(failure) ? fallback : all).add(failure));
        Set<StorePath> missing = new LinkedHashSet<>();
        all.forEach(failure -> missing.add(failure.path()));
        var order = FetchOrder.of(dependencies, missing, path -> costs.getOrDefault(path, 0L));
        for (List<StorePath> cycle : order.cycles()) {
            String ring = SourceProblems.ring(cycle);
            cycle.forEach(path -> all.add(new PathResult.Refused(path, ring)));
        }
        order.blocked().forEach((path, by) -> all.add(new PathResult.Blocked(path, by)));
        return new ClosurePlan(
                roots,
                valid,
                order.order().stream()
                        .flatMap(path -> Stream.ofNullable(wanted.get(path)))
                        .toList(),
                fallback,
                all);
    }
}

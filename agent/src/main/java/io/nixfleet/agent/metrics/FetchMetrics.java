package io.nixfleet.agent.metrics;

import io.nixfleet.substituter.fetch.FetchEvent;
import io.nixfleet.substituter.fetch.FetchListener;
import io.nixfleet.substituter.fetch.PathResult;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the events of one fetch; see {@link AgentMetrics#fetch}. */
public final class FetchMetrics implements FetchListener {
    private final FetchMeters meters;
    private final Set<String> configuredCaches;

    /** Walking tells totals, from several threads: only what exceeds the highest one is new. */
    private final AtomicInteger asked = new AtomicInteger();

    FetchMetrics(FetchMeters meters, Set<String> configuredCaches) {
        this.meters = meters;
        this.configuredCaches = Set.copyOf(configuredCaches);
        meters.begin();
        this.configuredCaches.forEach(meters::knows);
    }

    @Override
    public void on(FetchEvent event) {
        switch (event) {
            case FetchEvent.Walking(_, int total) -> {
                int before = asked.getAndAccumulate(total, Math::max);
                meters.narInfoRequests.increment(Math.max(0, total - before));
            }
            case FetchEvent.Planned(var plan) -> {
                meters.got(FetchMeters.Source.ALREADY_VALID, plan.valid().size());
                plan.failures().forEach(this::failed);
            }
            case FetchEvent.NarProgress(_, long received, long unpacked) -> {
                meters.received.increment((double) received);
                meters.imported.increment((double) unpacked);
            }
            case FetchEvent.PathDone(PathResult result) -> done(result);
            case FetchEvent.Retrying(String cache, _, _, _, _) -> meters.retried(label(cache));
            case FetchEvent.Resumed(String cache, _, _) -> meters.resumed(label(cache));
            case FetchEvent.SourceFailed(_, String cache, _) -> meters.cacheError(label(cache));
            case FetchEvent.CacheSetAside(String cache, _) -> meters.setAside(label(cache), true);
            case FetchEvent.FallbackProgress(_, int paths, long received, long unpacked) ->
                    meters.fallback(paths, received, unpacked);
            case FetchEvent.Replanned _,
                    FetchEvent.FallbackStarted _,
                    FetchEvent.FallbackOutput _,
                    FetchEvent.PathStarted _,
                    FetchEvent.StoreLost _ -> {}
        }
    }

    private void done(PathResult result) {
        switch (result) {
            case PathResult.AlreadyValid _ -> meters.got(FetchMeters.Source.ALREADY_VALID, 1);
            case PathResult.Fetched _ -> meters.got(FetchMeters.Source.CACHE, 1);
            case PathResult.Realised _ -> {
                // Counted by what the fallback copied: it brings more than what it is asked for.
            }
            case PathResult.Failure failure -> failed(failure);
        }
    }

    private void failed(PathResult.Failure failure) {
        meters.failedPath(
                switch (failure) {
                    case PathResult.Absent _ -> FetchMeters.Failure.ABSENT;
                    case PathResult.Refused _ -> FetchMeters.Failure.UNTRUSTED;
                    case PathResult.Unreachable _ -> FetchMeters.Failure.UNREACHABLE;
                    case PathResult.StoreFailed _ -> FetchMeters.Failure.STORE;
                    case PathResult.Blocked _ -> FetchMeters.Failure.BLOCKED;
                });
    }

    private String label(String cache) {
        return configuredCaches.contains(cache) ? cache : BoundedLabel.OTHER;
    }
}

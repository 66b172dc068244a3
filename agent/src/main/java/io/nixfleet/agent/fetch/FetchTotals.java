package io.nixfleet.agent.fetch;

import io.nixfleet.substituter.fetch.ClosurePlan;
import io.nixfleet.substituter.fetch.FetchEvent;
import io.nixfleet.substituter.fetch.FetchListener;
import io.nixfleet.substituter.fetch.PathResult;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** How far a fetch is, counted from its events; read by displays at their own pace. */
public final class FetchTotals implements FetchListener {
    private final AtomicLong found = new AtomicLong();
    private final AtomicLong plannedPaths = new AtomicLong(-1);
    private final AtomicLong plannedBytes = new AtomicLong();
    private final LongAdder donePaths = new LongAdder();
    private final LongAdder doneBytes = new LongAdder();
    private final LongAdder receivedBytes = new LongAdder();

    @Override
    public void on(FetchEvent event) {
        switch (event) {
            case FetchEvent.Walking(int known, _) -> found.set(known);
            case FetchEvent.Planned(var plan) -> {
                plannedBytes.set(plan.narBytes());
                plannedPaths.set(paths(plan));
            }
            case FetchEvent.Replanned(var plan) -> {
                plannedBytes.set(doneBytes.sum() + plan.narBytes());
                plannedPaths.set(donePaths.sum() + paths(plan));
            }
            case FetchEvent.NarProgress(_, long received, long unpacked) -> {
                receivedBytes.add(received);
                doneBytes.add(unpacked);
            }
            case FetchEvent.PathDone(PathResult result) -> {
                switch (result) {
                    case PathResult.Fetched _, PathResult.Realised _ -> donePaths.increment();
                    case PathResult.AlreadyValid _, PathResult.Failure _ -> {}
                }
            }
            case FetchEvent.FallbackProgress(_, _, long received, _) -> receivedBytes.add(received);
            case FetchEvent.FallbackStarted _,
                    FetchEvent.FallbackOutput _,
                    FetchEvent.PathStarted _,
                    FetchEvent.Retrying _,
                    FetchEvent.Resumed _,
                    FetchEvent.SourceFailed _,
                    FetchEvent.CacheSetAside _,
                    FetchEvent.StoreLost _ -> {}
        }
    }

    private static int paths(ClosurePlan plan) {
        return plan.fetch().size() + plan.fallback().size();
    }

    /** Whether the walk is over. */
    public boolean planned() {
        return plannedPaths.get() >= 0;
    }

    /** Paths found by the walk so far. */
    public long found() {
        return found.get();
    }

    /** Paths to import or to be brought. */
    public long plannedPaths() {
        return plannedPaths.get();
    }

    /** NAR bytes to import; those that fallbacks bring are not known. */
    public long plannedBytes() {
        return plannedBytes.get();
    }

    public long donePaths() {
        return donePaths.sum();
    }

    /** NAR bytes imported. */
    public long doneBytes() {
        return doneBytes.sum();
    }

    /** Compressed bytes received. */
    public long receivedBytes() {
        return receivedBytes.sum();
    }
}

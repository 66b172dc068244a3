package io.nixfleet.agent.cycle;

import io.nixfleet.agent.control.AgentStatus.FetchProgress;
import io.nixfleet.substituter.fetch.FetchEvent;
import io.nixfleet.substituter.fetch.FetchListener;
import io.nixfleet.substituter.fetch.PathResult;
import java.util.Optional;

/** How far the fetch under way has come. Safe for many threads. */
final class FetchMeter implements FetchListener {
    private boolean active;
    private int paths;
    private int donePaths;
    private long bytes;
    private long doneBytes;

    @Override
    public synchronized void on(FetchEvent event) {
        switch (event) {
            case FetchEvent.Planned(var plan) -> {
                active = true;
                paths = plan.fetch().size();
                bytes = plan.narBytes();
                donePaths = 0;
                doneBytes = 0;
            }
            case FetchEvent.NarProgress(_, _, long unpacked) -> doneBytes += unpacked;
            case FetchEvent.PathDone(PathResult.Fetched _) -> donePaths++;
            case FetchEvent.PathDone _,
                    FetchEvent.Walking _,
                    FetchEvent.PathStarted _,
                    FetchEvent.Retrying _,
                    FetchEvent.Resumed _,
                    FetchEvent.SourceFailed _,
                    FetchEvent.CacheSetAside _,
                    FetchEvent.StoreLost _ -> {}
        }
    }

    synchronized void ended() {
        active = false;
    }

    synchronized Optional<FetchProgress> progress() {
        return active
                ? Optional.of(new FetchProgress(donePaths, paths, doneBytes, bytes))
                : Optional.empty();
    }
}

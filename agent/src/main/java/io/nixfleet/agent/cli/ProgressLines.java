package io.nixfleet.agent.cli;

import io.nixfleet.agent.console.Units;
import io.nixfleet.agent.fetch.FetchTotals;
import io.nixfleet.substituter.fetch.FetchEvent;
import java.io.PrintWriter;
import java.time.Duration;

/** Plain lines for logs: the plan, incidents, and how far it is every few seconds. */
final class ProgressLines implements FetchDisplay {
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final PrintWriter err;
    private final FetchTotals totals = new FetchTotals();
    private long lastLine = System.nanoTime();

    ProgressLines(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void on(FetchEvent event) {
        totals.on(event);
        Incident.describe(event).ifPresent(this::print);
        switch (event) {
            case FetchEvent.Planned(var plan) when !plan.fetch().isEmpty() ->
                    print(
                            "to fetch: %s, %s to receive, %s unpacked"
                                    .formatted(
                                            Units.count(plan.fetch().size(), "path"),
                                            Units.bytes(plan.downloadBytes()),
                                            Units.bytes(plan.narBytes())));
            case FetchEvent.NarProgress _, FetchEvent.FallbackProgress _ -> printNowAndThen();
            case FetchEvent.Planned _,
                    FetchEvent.Replanned _,
                    FetchEvent.FallbackStarted _,
                    FetchEvent.FallbackOutput _,
                    FetchEvent.Walking _,
                    FetchEvent.PathDone _,
                    FetchEvent.PathStarted _,
                    FetchEvent.Retrying _,
                    FetchEvent.Resumed _,
                    FetchEvent.SourceFailed _,
                    FetchEvent.CacheSetAside _,
                    FetchEvent.StoreLost _ -> {}
        }
    }

    private synchronized void printNowAndThen() {
        long now = System.nanoTime();
        if (now - lastLine >= INTERVAL.toNanos()) {
            lastLine = now;
            print(
                    "%d of %s, %s of %s"
                            .formatted(
                                    totals.donePaths(),
                                    Units.count(totals.plannedPaths(), "path"),
                                    Units.bytes(totals.doneBytes()),
                                    Units.bytes(totals.plannedBytes())));
        }
    }

    private synchronized void print(String line) {
        err.println(line);
        err.flush();
    }

    @Override
    public void close() {}
}

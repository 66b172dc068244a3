package io.nixfleet.agent.cycle;

import io.nixfleet.agent.control.AgentStatus.FetchProgress;
import io.nixfleet.agent.fetch.FetchTotals;
import io.nixfleet.substituter.fetch.FetchListener;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** How far the fetch under way has come. Safe for many threads. */
final class FetchMeter {
    private final AtomicReference<Optional<FetchTotals>> underWay =
            new AtomicReference<>(Optional.empty());

    /** A fetch begins; the listener counts what it does. */
    FetchListener begin() {
        var totals = new FetchTotals();
        underWay.set(Optional.of(totals));
        return totals;
    }

    void ended() {
        underWay.set(Optional.empty());
    }

    /** Empty while nothing is planned. */
    Optional<FetchProgress> progress() {
        return underWay.get()
                .filter(FetchTotals::planned)
                .map(
                        totals ->
                                new FetchProgress(
                                        (int) totals.donePaths(),
                                        (int) totals.plannedPaths(),
                                        totals.doneBytes(),
                                        totals.plannedBytes()));
    }
}

package io.nixfleet.agent.cycle;

import io.nixfleet.agent.logging.DeploymentScope;
import io.nixfleet.substituter.fetch.ClosurePlan;
import io.nixfleet.substituter.fetch.FetchEvent;
import io.nixfleet.substituter.fetch.FetchListener;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log what a fetch does, and what goes wrong on its way, though it may end well. Its
 * events come from many threads; every line is of the deployment whose thread began it.
 */
final class FetchLog implements FetchListener {
    private static final Logger LOG = LoggerFactory.getLogger(FetchLog.class);

    /** Of a closure of thousands of paths each may fail in the same way. */
    private static final int MOST_PROBLEMS = 10;

    private final Optional<String> deployment = DeploymentScope.current();
    private final AtomicInteger problems = new AtomicInteger();

    @Override
    public void on(FetchEvent event) {
        switch (event) {
            case FetchEvent.Planned(var plan) -> tell(() -> planned(plan));
            case FetchEvent.Replanned(var plan) ->
                    tell(() -> LOG.info("caches failed; still to come: {}", amount(plan)));
            case FetchEvent.FallbackStarted(String by, var paths) ->
                    tell(
                            () ->
                                    LOG.info(
                                            "{} is asked for {} that no cache gives: {}{}",
                                            by,
                                            paths(paths.size()),
                                            paths.getFirst(),
                                            paths.size() > 1 ? " and others" : ""));
            case FetchEvent.FallbackOutput(String by, String line, boolean problem) -> {
                if (problem) {
                    problem("{}: {}", by, line);
                }
            }
            case FetchEvent.SourceFailed(var path, String cache, String reason) ->
                    problem("{} did not give {}: {}", cache, path, reason);
            case FetchEvent.CacheSetAside(String cache, String reason) ->
                    tell(() -> LOG.warn("{} is asked no more for this fetch: {}", cache, reason));
            case FetchEvent.Walking _,
                    FetchEvent.FallbackProgress _,
                    FetchEvent.PathStarted _,
                    FetchEvent.NarProgress _,
                    FetchEvent.PathDone _,
                    FetchEvent.Retrying _,
                    FetchEvent.Resumed _,
                    // Its reason is that of the outcome.
                    FetchEvent.StoreLost _ -> {}
        }
    }

    private static void planned(ClosurePlan plan) {
        if (plan.empty()) {
            LOG.info("nothing to fetch: the store has all of it");
        } else {
            LOG.info("to fetch: {}", amount(plan));
        }
    }

    private static String amount(ClosurePlan plan) {
        String amount =
                "%s, %d MB over the wire, %d MB in the store"
                        .formatted(
                                paths(plan.fetch().size()),
                                megabytes(plan.downloadBytes()),
                                megabytes(plan.narBytes()));
        return plan.fallback().isEmpty()
                ? amount
                : "%s, and %s that no cache gives".formatted(amount, paths(plan.fallback().size()));
    }

    private static String paths(int count) {
        return count == 1 ? "1 path" : count + " paths";
    }

    /** Rounded up: only nothing is 0. */
    private static long megabytes(long bytes) {
        return Math.ceilDiv(bytes, 1_000_000);
    }

    private void problem(String format, Object... arguments) {
        int before = problems.getAndIncrement();
        if (before < MOST_PROBLEMS) {
            tell(() -> LOG.warn(format, arguments));
        } else if (before == MOST_PROBLEMS) {
            tell(() -> LOG.warn("more like that in this fetch is not logged"));
        }
    }

    private void tell(Runnable line) {
        deployment.ifPresentOrElse(id -> DeploymentScope.run(id, line), line);
    }
}

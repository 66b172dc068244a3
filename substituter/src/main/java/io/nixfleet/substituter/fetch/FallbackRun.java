package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Asks one fallback after the other for the paths that are still missing. A fallback says little
 * about how far it is, so the store is asked now and then which paths came: what needs them need
 * not wait for the last of them.
 */
final class FallbackRun {
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    /** Looking for many paths takes a store a while: never more than a part of its time. */
    private static final int PAUSES_PER_LOOK = 10;

    private static final Duration GRACE = Duration.ofSeconds(10);

    private final StoreSession session;
    private final List<Fallback> fallbacks;
    private final FetchListener listener;

    FallbackRun(StoreSession session, List<Fallback> fallbacks, FetchListener listener) {
        this.session = session;
        this.fallbacks = fallbacks;
        this.listener = listener;
    }

    /**
     * @param missing why no cache gave each path; the session protects them already
     * @param done takes one result for each path, as soon as it is known
     */
    void bring(List<PathResult.Failure> missing, Consumer<PathResult> done)
            throws StoreException, InterruptedException {
        var left = new LinkedHashMap<StorePath, PathResult.Failure>();
        missing.forEach(failure -> left.put(failure.path(), failure));
        for (Fallback fallback : fallbacks) {
            if (left.isEmpty()) {
                break;
            }
            attempt(fallback, left, done);
        }
        left.values().forEach(done);
    }

    private void attempt(
            Fallback fallback, Map<StorePath, PathResult.Failure> left, Consumer<PathResult> done)
            throws StoreException, InterruptedException {
        List<StorePath> paths = List.copyOf(left.keySet());
        listener.on(new FetchEvent.FallbackStarted(fallback.name(), paths));
        long started = System.nanoTime();
        List<String> problems =
                inBackground(
                        () -> fallback.bring(paths, listener),
                        () -> collect(fallback, left, done, started));
        collect(fallback, left, done, started);
        left.replaceAll(
                (path, failure) ->
                        withReason(
                                failure,
                                "%s; %s: %s"
                                        .formatted(
                                                failure.reason(),
                                                fallback.name(),
                                                problem(path, problems))));
    }

    private interface Look {
        void look() throws StoreException, InterruptedException;
    }

    private static List<String> inBackground(Callable<List<String>> work, Look look)
            throws StoreException, InterruptedException {
        ExecutorService worker =
                Executors.newSingleThreadExecutor(
                        Thread.ofVirtual().name("nixfleet-fallback").factory());
        try {
            Future<List<String>> result = worker.submit(work);
            long pause = LOOK_EVERY.toNanos();
            while (true) {
                try {
                    return result.get(pause, TimeUnit.NANOSECONDS);
                } catch (TimeoutException _) {
                    long begun = System.nanoTime();
                    look.look();
                    long took = System.nanoTime() - begun;
                    pause = Math.max(LOOK_EVERY.toNanos(), PAUSES_PER_LOOK * took);
                }
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a fallback failed unexpectedly", e.getCause());
        } finally {
            worker.shutdownNow();
            awaitEnd(worker);
        }
    }

    /** What it started is ended before anybody tries the same again. */
    private static void awaitEnd(ExecutorService worker) {
        boolean interrupted = Thread.interrupted();
        try {
            var _ = worker.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void collect(
            Fallback fallback,
            Map<StorePath, PathResult.Failure> left,
            Consumer<PathResult> done,
            long started)
            throws StoreException, InterruptedException {
        for (StorePath path : session.protectAndQueryValid(left.keySet())) {
            PathResult.Failure before = left.remove(path);
            if (before != null) {
                done.accept(
                        new PathResult.Realised(
                                path,
                                fallback.name(),
                                before.reason(),
                                Duration.ofNanos(System.nanoTime() - started)));
            }
        }
    }

    private static String problem(StorePath path, List<String> problems) {
        return problems.stream()
                .filter(problem -> problem.contains(path.baseName()))
                .findFirst()
                .orElseGet(() -> problems.isEmpty() ? "it did not bring it" : problems.getLast());
    }

    private static PathResult.Failure withReason(PathResult.Failure failure, String reason) {
        return switch (failure) {
            case PathResult.Absent(var path, _, var via) ->
                    new PathResult.Absent(path, reason, via);
            case PathResult.Refused(var path, _) -> new PathResult.Refused(path, reason);
            case PathResult.Unreachable(var path, _) -> new PathResult.Unreachable(path, reason);
            case PathResult.StoreFailed _, PathResult.Blocked _ -> failure;
        };
    }
}

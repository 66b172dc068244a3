package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.NarDownload;
import io.nixfleet.substituter.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Carries out a plan. One thread starts downloads in the plan's order, as many at a time as the
 * policy allows; each runs ahead of its reader up to its cache's buffer. As many lanes as the store
 * can use take the downloads whose dependencies are valid, first in order first, and import them.
 *
 * <pre>
 * plan ─ order ─→ download, download, … (permits) ─→ ready? ─→ lane 1: decompress → check → store
 *                                                             lane 2: …
 *      └─ fallback ─→ path came: what needs it is ready
 * </pre>
 */
final class ClosureFetch {
    /** How many paths in a row the store may refuse before the fetch gives up on it. */
    private static final int STORE_FAILURES_UNTIL_GIVING_UP = 3;

    private static final Duration GRACE = Duration.ofSeconds(3);

    private final PathImporter importer;
    private final FallbackRun fallbackRun;
    private final List<PathResult.Failure> fallback;
    private final FetchListener listener;
    private final ImportSchedule schedule;
    private final Semaphore downloadPermits;
    private final @Nullable NarDownload[] downloads;
    private final List<PathResult> results = new ArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int started;
    private int storeFailuresInARow;
    private @Nullable StoreException givenUp;
    private @Nullable Throwable broken;
    private boolean stopped;

    ClosureFetch(
            ClosurePlan plan,
            PathImporter importer,
            FallbackRun fallbackRun,
            FetchPolicy policy,
            FetchListener listener) {
        this.importer = importer;
        this.fallbackRun = fallbackRun;
        this.fallback = plan.fallback();
        this.listener = listener;
        this.schedule =
                new ImportSchedule(
                        plan.fetch(), fallback.stream().map(PathResult.Failure::path).toList());
        this.downloadPermits = new Semaphore(policy.downloadsInFlight());
        this.downloads = new NarDownload[plan.fetch().size()];
    }

    /** Returns a result for each path of the plan. */
    List<PathResult> run(int lanes) throws InterruptedException {
        var threads = new ArrayList<Thread>();
        threads.add(Thread.ofVirtual().name("nixfleet-downloads").unstarted(this::startDownloads));
        for (int lane = 1; lane <= Math.min(lanes, schedule.size()); lane++) {
            // Decompression and copying keep a core busy: platform threads, so that lookups and
            // timers on the virtual threads' carriers go on meanwhile.
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .name("nixfleet-import-" + lane)
                            .unstarted(this::runLane));
        }
        var all = new ArrayList<>(threads);
        if (!fallback.isEmpty()) {
            all.add(Thread.ofVirtual().name("nixfleet-fallbacks").unstarted(this::runFallback));
        }
        try {
            all.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            // Lanes outlast the fallback, unless the fetch was given up.
            if (all.size() > threads.size()) {
                endFallbackUnlessRunning(all.getLast());
                all.getLast().join();
            }
        } finally {
            all.forEach(Thread::interrupt);
            closeDownloads();
            awaitEnd(all);
        }
        return complete();
    }

    private void endFallbackUnlessRunning(Thread bringer) {
        lock.lock();
        try {
            if (!running()) {
                bringer.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private void runFallback() {
        try {
            fallbackRun.bring(fallback, result -> settle(schedule.placeOf(result.path()), result));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (StoreException e) {
            giveUp(Optional.empty(), e);
        } catch (RuntimeException | Error e) {
            breakDown(e);
        }
    }

    private List<PathResult> complete() {
        if (broken != null) {
            throw new IllegalStateException("the fetch failed unexpectedly", broken);
        }
        StoreException reason = givenUp;
        if (reason != null) {
            for (int place : schedule.unsettled()) {
                settle(
                        new PathResult.StoreFailed(
                                schedule.path(place),
                                "not tried, since the store failed: " + reason.getMessage()));
            }
        } else if (!schedule.finished()) {
            throw new IllegalStateException(
                    "the fetch ended without a result for %d paths"
                            .formatted(schedule.unsettled().size()));
        }
        return results;
    }

    /** Interrupted lanes end within moments; the limit is for a store that hangs on to one. */
    private static void awaitEnd(List<Thread> threads) {
        boolean interrupted = Thread.interrupted();
        try {
            for (Thread thread : threads) {
                thread.join(GRACE);
            }
        } catch (InterruptedException _) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void startDownloads() {
        try {
            for (int place = 0; place < schedule.size(); place++) {
                awaitBrought(place);
                downloadPermits.acquire();
                PlannedPath planned = schedule.at(place);
                boolean useful =
                        stillWanted(place) && planned.source().reasonForSettingAside() == null;
                NarDownload download =
                        useful ? planned.source().cache().open(planned.narInfo()) : null;
                if (!publish(place, download)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            breakDown(e);
        }
    }

    /** A download that waits for a fallback would keep others from being made meanwhile. */
    private void awaitBrought(int place) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (running() && schedule.awaitsBrought(place)) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean publish(int place, @Nullable NarDownload download) {
        lock.lock();
        try {
            downloads[place] = download;
            started = place + 1;
            if (stopped || schedule.isSettled(place)) {
                discard(place);
            }
            changed.signalAll();
            return running();
        } finally {
            lock.unlock();
        }
    }

    private void runLane() {
        try {
            for (int place = next(); place >= 0; place = next()) {
                PlannedPath planned = schedule.at(place);
                try {
                    PathResult result = importer.importPath(planned, downloads[place]);
                    settle(place, result);
                } catch (StoreException e) {
                    storeFailed(place, e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            breakDown(e);
        }
    }

    /** Waits for a path that can be imported; -1 when there will be none. */
    private int next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (running() && !schedule.finished()) {
                int place = schedule.take(started);
                if (place >= 0) {
                    return place;
                }
                changed.await();
            }
            return -1;
        } finally {
            lock.unlock();
        }
    }

    private void settle(int place, PathResult result) {
        lock.lock();
        try {
            discard(place);
            settle(result);
            switch (result) {
                case PathResult.Valid _ -> {
                    storeFailuresInARow = 0;
                    schedule.imported(place);
                }
                case PathResult.Failure _ -> {
                    StorePath by = schedule.path(place);
                    for (int blocked : schedule.failed(place)) {
                        if (blocked < started) {
                            discard(blocked);
                        }
                        settle(new PathResult.Blocked(schedule.path(blocked), by));
                    }
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void settle(PathResult result) {
        results.add(result);
        listener.on(new FetchEvent.PathDone(result));
    }

    private void storeFailed(int place, StoreException failure) {
        StorePath path = schedule.at(place).path();
        String reason = String.valueOf(failure.getMessage());
        settle(place, new PathResult.StoreFailed(path, reason));
        lock.lock();
        try {
            boolean lost = failure.sessionLost();
            if (lost || ++storeFailuresInARow >= STORE_FAILURES_UNTIL_GIVING_UP) {
                giveUp(Optional.of(path), failure);
            }
        } finally {
            lock.unlock();
        }
    }

    private void giveUp(Optional<StorePath> path, StoreException failure) {
        lock.lock();
        try {
            if (givenUp == null) {
                givenUp = failure;
                listener.on(new FetchEvent.StoreLost(path, failure));
            }
            changed.signalAll();
            downloadPermits.release();
        } finally {
            lock.unlock();
        }
    }

    private boolean running() {
        return givenUp == null && broken == null && !stopped;
    }

    /** Ends a download that was published and gives its permit back; once for each place. */
    private void discard(int place) {
        if (place >= schedule.size()) {
            return;
        }
        NarDownload download = downloads[place];
        downloads[place] = null;
        if (download != null) {
            download.close();
        }
        downloadPermits.release();
    }

    private void breakDown(Throwable cause) {
        lock.lock();
        try {
            if (broken == null) {
                broken = cause;
            }
            changed.signalAll();
            downloadPermits.release();
        } finally {
            lock.unlock();
        }
    }

    /** Ends those that are under way; one that is being opened is closed when it is published. */
    private void closeDownloads() {
        lock.lock();
        try {
            stopped = true;
            for (int place = 0; place < started; place++) {
                NarDownload download = downloads[place];
                if (download != null) {
                    download.close();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean stillWanted(int place) {
        lock.lock();
        try {
            return running() && !schedule.isSettled(place);
        } finally {
            lock.unlock();
        }
    }
}

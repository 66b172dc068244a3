package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.NarDownload;
import io.nixfleet.substituter.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Downloads and imports: what a walk finds, while it goes on, and then the rest of its plan. One
 * thread starts downloads, as many at a time as the policy allows; each runs ahead of its reader up
 * to its cache's buffer. As many lanes as the store can use take the downloads whose dependencies
 * are valid, first in order first, and import them.
 *
 * <pre>
 * walk ─→ found ┐
 * plan ─ order ─┴→ download, download, … (limits) ─→ ready? ─→ lane 1: decompress → check → store
 *                                                              lane 2: …
 * walk ─→ missing ┐
 * plan ── rest ───┴→ fallbacks ─→ path came: what needs it may start
 * </pre>
 */
final class ClosureFetch implements WalkObserver, AutoCloseable {
    /** How many paths in a row the store may refuse before the fetch gives up on it. */
    private static final int STORE_FAILURES_UNTIL_GIVING_UP = 3;

    private static final Duration GRACE = Duration.ofSeconds(3);

    private final PathImporter importer;
    private final FallbackRun fallbackRun;
    private final FetchPolicy policy;
    private final FetchListener listener;
    private final int lanes;
    private final long unasked;
    private final List<Thread> importers = new ArrayList<>();
    private final FallbackWork fallbackWork = new FallbackWork(this::runFallback);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ImportSchedule schedule = new ImportSchedule();
    private final Map<StorePath, Started> downloads = new HashMap<>();
    private final List<PathResult> results = new ArrayList<>();
    private long bufferedBytes;
    private long narBytes;
    private boolean planKnown;
    private int storeFailuresInARow;
    private @Nullable StoreException givenUp;
    private @Nullable Throwable broken;
    private boolean stopped;

    /**
     * A download under way.
     *
     * @param download null when the path's cache was set aside before it began
     * @param buffer the bytes that may wait for its reader
     */
    private record Started(@Nullable NarDownload download, long buffer) {}

    /**
     * Nothing runs until something is found.
     *
     * @param unasked NAR bytes of all that was found up to which imports begin before the plan
     */
    ClosureFetch(
            PathImporter importer,
            FallbackRun fallbackRun,
            FetchPolicy policy,
            FetchListener listener,
            int lanes,
            long unasked) {
        this.importer = importer;
        this.fallbackRun = fallbackRun;
        this.policy = policy;
        this.listener = listener;
        this.lanes = lanes;
        this.unasked = unasked;
    }

    @Override
    public void valid(Collection<StorePath> paths) {
        lock.lock();
        try {
            paths.forEach(schedule::valid);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void found(PlannedPath path) {
        lock.lock();
        try {
            narBytes += path.info().narSize();
            List<ImportSchedule.Entry> blocked = schedule.add(path);
            if (!blocked.isEmpty()) {
                StorePath by = failedDependency(path);
                blocked.forEach(entry -> block(entry, by));
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (importers.isEmpty()) {
            startImporters();
        }
    }

    @Override
    public void missing(PathResult.Failure failure) {
        lock.lock();
        try {
            if (narBytes > unasked) {
                return;
            }
            schedule.addBrought(failure.path());
        } finally {
            lock.unlock();
        }
        fallbackWork.add(failure);
    }

    private StorePath failedDependency(PlannedPath path) {
        for (PathResult result : results) {
            if (result instanceof PathResult.Failure
                    && path.dependencies().contains(result.path())) {
                return result.path();
            }
        }
        throw new IllegalStateException("nothing blocks " + path.path());
    }

    private void startImporters() {
        importers.add(
                Thread.ofVirtual().name("nixfleet-downloads").unstarted(this::startDownloads));
        for (int lane = 1; lane <= lanes; lane++) {
            // Decompression and copying keep a core busy: platform threads, so that lookups and
            // timers on the virtual threads' carriers go on meanwhile.
            importers.add(
                    Thread.ofPlatform()
                            .daemon()
                            .name("nixfleet-import-" + lane)
                            .unstarted(this::runLane));
        }
        importers.forEach(Thread::start);
    }

    /**
     * Brings the rest of what the walk found, and has the fallbacks bring theirs.
     *
     * @return a result for each path of the plan, and for what was imported before it was known
     */
    List<PathResult> carryOut(ClosurePlan plan) throws InterruptedException {
        arrange(plan);
        fallbackWork.bringRest(plan.fallback());
        for (Thread thread : importers) {
            thread.join();
        }
        for (Thread thread : fallbackWork.threads()) {
            // Lanes outlast the fallbacks, unless the fetch was given up or has none.
            endUnlessRunning(thread);
            thread.join();
        }
        return complete(plan);
    }

    private void arrange(ClosurePlan plan) {
        lock.lock();
        try {
            plan.fallback().forEach(failure -> schedule.addBrought(failure.path()));
            var failed = new HashSet<StorePath>();
            results.forEach(result -> failed.add(result.path()));
            for (PathResult.Failure failure : plan.failures()) {
                if (failed.add(failure.path())) {
                    schedule.leaveOut(failure.path());
                    results.add(failure);
                }
            }
            schedule.arrange(plan.fetch().stream().map(PlannedPath::path).toList());
            planKnown = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void endUnlessRunning(Thread thread) {
        lock.lock();
        try {
            if (!running()) {
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private void runFallback(List<PathResult.Failure> missing) {
        try {
            fallbackRun.bring(missing, this::settleBrought);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (StoreException e) {
            giveUp(Optional.empty(), e);
        } catch (RuntimeException | Error e) {
            breakDown(e);
        }
    }

    private void settleBrought(PathResult result) {
        lock.lock();
        try {
            settle(schedule.entry(result.path()), result);
        } finally {
            lock.unlock();
        }
    }

    private List<PathResult> complete(ClosurePlan plan) {
        lock.lock();
        try {
            if (broken != null) {
                throw new IllegalStateException("the fetch failed unexpectedly", broken);
            }
            StoreException reason = givenUp;
            if (reason != null) {
                for (StorePath path : schedule.unsettled()) {
                    settle(
                            new PathResult.StoreFailed(
                                    path,
                                    "not tried, since the store failed: " + reason.getMessage()));
                }
            } else if (!schedule.finished()) {
                throw new IllegalStateException(
                        "the fetch ended without a result for %d paths"
                                .formatted(schedule.unsettled().size()));
            }
            var all = new ArrayList<PathResult>();
            plan.valid().stream().sorted().map(PathResult.AlreadyValid::new).forEach(all::add);
            all.addAll(results);
            return all;
        } finally {
            lock.unlock();
        }
    }

    private void startDownloads() {
        try {
            for (var entry = nextToStart(); entry != null; entry = nextToStart()) {
                PlannedPath planned = entry.planned();
                boolean useful = planned.source().reasonForSettingAside() == null;
                publish(
                        entry,
                        new Started(
                                useful ? planned.source().cache().open(planned.narInfo()) : null,
                                bufferOf(planned)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            breakDown(e);
        }
    }

    private long bufferOf(PlannedPath planned) {
        return Math.min(
                planned.narInfo().fileSize().orElse(Long.MAX_VALUE), policy.bufferOfDownload());
    }

    /** Waits for a path whose download may start, and has room; null when there will be none. */
    private ImportSchedule.@Nullable Entry nextToStart() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (running() && !over()) {
                boolean held = !planKnown && narBytes > unasked;
                if (!held && downloads.size() < policy.downloadsInFlight()) {
                    var entry = schedule.nextToStart();
                    if (entry != null) {
                        return awaitRoom(entry);
                    }
                }
                changed.await();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private ImportSchedule.@Nullable Entry awaitRoom(ImportSchedule.Entry entry)
            throws InterruptedException {
        long buffer = bufferOf(entry.planned());
        while (running() && !downloads.isEmpty() && bufferedBytes + buffer > policy.buffers()) {
            changed.await();
        }
        if (!running()) {
            return null;
        }
        bufferedBytes += buffer;
        return entry;
    }

    private void publish(ImportSchedule.Entry entry, Started started) {
        lock.lock();
        try {
            downloads.put(entry.path(), started);
            if (stopped || entry.settled()) {
                discard(entry.path());
            }
            schedule.started(entry);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void runLane() {
        try {
            for (var entry = nextToImport(); entry != null; entry = nextToImport()) {
                try {
                    PathResult result = importer.importPath(entry.planned(), downloadOf(entry));
                    settleImported(entry, result);
                } catch (StoreException e) {
                    storeFailed(entry, e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            breakDown(e);
        }
    }

    private @Nullable NarDownload downloadOf(ImportSchedule.Entry entry) {
        lock.lock();
        try {
            Started started = downloads.get(entry.path());
            return started == null ? null : started.download();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a path that can be imported; null when there will be none. */
    private ImportSchedule.@Nullable Entry nextToImport() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (running() && !over()) {
                var entry = schedule.nextToImport();
                if (entry != null) {
                    return entry;
                }
                changed.await();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private boolean over() {
        return planKnown && schedule.finished();
    }

    private void settleImported(ImportSchedule.Entry entry, PathResult result) {
        lock.lock();
        try {
            if (result instanceof PathResult.Valid) {
                storeFailuresInARow = 0;
            }
            settle(entry, result);
        } finally {
            lock.unlock();
        }
    }

    /** With the lock held. */
    private void settle(ImportSchedule.Entry entry, PathResult result) {
        discard(entry.path());
        settle(result);
        switch (result) {
            case PathResult.Valid _ -> schedule.valid(entry.path());
            case PathResult.Failure _ ->
                    schedule.failed(entry).forEach(blocked -> block(blocked, entry.path()));
        }
        changed.signalAll();
    }

    private void block(ImportSchedule.Entry entry, StorePath by) {
        discard(entry.path());
        settle(new PathResult.Blocked(entry.path(), by));
    }

    private void settle(PathResult result) {
        results.add(result);
        listener.on(new FetchEvent.PathDone(result));
    }

    private void storeFailed(ImportSchedule.Entry entry, StoreException failure) {
        String reason = String.valueOf(failure.getMessage());
        lock.lock();
        try {
            settle(entry, new PathResult.StoreFailed(entry.path(), reason));
            boolean lost = failure.sessionLost();
            if (lost || ++storeFailuresInARow >= STORE_FAILURES_UNTIL_GIVING_UP) {
                giveUp(Optional.of(entry.path()), failure);
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
        } finally {
            lock.unlock();
        }
    }

    private boolean running() {
        return givenUp == null && broken == null && !stopped;
    }

    /** Ends a path's download, if it has one, and makes room for others. */
    private void discard(StorePath path) {
        Started started = downloads.remove(path);
        if (started != null) {
            bufferedBytes -= started.buffer();
            if (started.download() != null) {
                started.download().close();
            }
        }
    }

    private void breakDown(Throwable cause) {
        lock.lock();
        try {
            if (broken == null) {
                broken = cause;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends what is under way; a download that is being opened is closed when it is published. */
    @Override
    public void close() {
        var threads = new ArrayList<>(importers);
        threads.addAll(fallbackWork.threads());
        threads.forEach(Thread::interrupt);
        lock.lock();
        try {
            stopped = true;
            for (Started started : downloads.values()) {
                if (started.download() != null) {
                    started.download().close();
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        awaitEnd(threads);
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
}

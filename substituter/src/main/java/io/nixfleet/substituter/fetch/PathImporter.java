package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.compression.Decompressors;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.narinfo.NarInfoVerifier;
import io.nixfleet.nix.narinfo.Trust;
import io.nixfleet.nix.narinfo.Verdict;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.CacheException;
import io.nixfleet.substituter.cache.NarDownload;
import io.nixfleet.substituter.cache.NarInfoLookup;
import io.nixfleet.substituter.store.NarImportException;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Brings one path into the store: from the cache of the plan, and when what comes from there is of
 * no use, from the other caches in their order.
 */
final class PathImporter {
    private final StoreSession session;
    private final RankedCaches caches;
    private final NarInfoVerifier verifier;
    private final FetchListener listener;

    PathImporter(
            StoreSession session,
            RankedCaches caches,
            NarInfoVerifier verifier,
            FetchListener listener) {
        this.session = session;
        this.caches = caches;
        this.verifier = verifier;
        this.listener = listener;
    }

    /**
     * @param prefetched the plan's download, under way; null when its cache was set aside before
     * @throws StoreException when the store, not a source, failed
     */
    PathResult importPath(PlannedPath planned, @Nullable NarDownload prefetched)
            throws StoreException, InterruptedException {
        StorePath path = planned.path();
        var problems = new SourceProblems(path);
        CacheException setAside = planned.source().reasonForSettingAside();
        if (setAside != null) {
            // Even if its download has begun: each of those would cost the time limits once more.
            problems.failed(setAside);
        } else if (prefetched != null) {
            PathResult.Fetched fetched = tryImport(planned, prefetched, problems);
            if (fetched != null) {
                return fetched;
            }
        }
        if (prefetched != null) {
            // Makes room for the next source's: downloads are limited, and all others wait for us.
            prefetched.close();
        }
        for (GuardedCache cache : caches.inOrder()) {
            if (cache == planned.source()) {
                continue;
            }
            PlannedPath other = lookup(planned, cache, problems);
            if (other == null) {
                continue;
            }
            try (NarDownload download = cache.cache().open(other.narInfo())) {
                PathResult.Fetched fetched = tryImport(other, download, problems);
                if (fetched != null) {
                    return fetched;
                }
            }
        }
        return problems.toFailure();
    }

    /** The same path in another cache, if it is there, trusted, and fits the plan's order. */
    private @Nullable PlannedPath lookup(
            PlannedPath planned, GuardedCache cache, SourceProblems problems)
            throws InterruptedException {
        switch (cache.lookup(planned.path())) {
            case NarInfoLookup.Found(NarInfo narInfo) -> {
                switch (cache.judge(narInfo, verifier)) {
                    case Verdict.Trusted(var trusted) -> {
                        if (narInfo.info().references().equals(planned.info().references())) {
                            return new PlannedPath(trusted, cache);
                        }
                        problems.refused(
                                cache.name() + " has another build of it, with other references");
                    }
                    case Verdict.Untrusted untrusted -> problems.untrusted(cache.name(), untrusted);
                }
            }
            case NarInfoLookup.Absent _ -> problems.absent(cache.name());
            case NarInfoLookup.Failed(CacheException reason) -> problems.failed(reason);
        }
        return null;
    }

    private PathResult.@Nullable Fetched tryImport(
            PlannedPath planned, NarDownload download, SourceProblems problems)
            throws StoreException, InterruptedException {
        StorePath path = planned.path();
        NarInfo narInfo = planned.narInfo();
        long narSize = narInfo.info().narSize();
        long started = System.nanoTime();
        listener.on(new FetchEvent.PathStarted(path, planned.cache(), narSize));
        try (InputStream nar = open(planned, download);
                var observed = new ObservedStream(nar, download, path, listener)) {
            switch (planned.verified().trust()) {
                case Trust.SignedBy _, Trust.ContentAddressed _ ->
                        session.importPath(narInfo.info(), observed);
                case Trust.ByOperator _ -> session.importUnsigned(narInfo.info(), observed);
            }
            planned.source().gave();
            return new PathResult.Fetched(
                    path,
                    planned.cache(),
                    planned.verified().trust(),
                    download.bytesReceived(),
                    narSize,
                    Duration.ofNanos(System.nanoTime() - started));
        } catch (InterruptedIOException e) {
            throw interrupted(e);
        } catch (CacheException e) {
            throwIfInterrupted(e);
            planned.source().failedToGive(path, e);
            problems.failed(e);
            listener.on(new FetchEvent.SourceFailed(path, planned.cache(), e.getMessage()));
        } catch (NarImportException e) {
            switch (e.reason()) {
                case CONTENT -> spoilt(planned, problems, e);
                case SIGNATURE -> {
                    // The store's keys, not the cache's bytes, decided.
                    planned.source().refusedByStore(path, reason(e));
                    problems.refused(reason(e));
                    listener.on(new FetchEvent.SourceFailed(path, planned.cache(), reason(e)));
                }
            }
        } catch (IOException | FormatException e) {
            throwIfInterrupted(e);
            spoilt(planned, problems, e);
        }
        return null;
    }

    private static InputStream open(PlannedPath planned, NarDownload download) throws IOException {
        return planned.source()
                .cache()
                .decompressors()
                .open(
                        planned.narInfo().compression(),
                        download.stream(),
                        Decompressors.Window.WIDE);
    }

    /** What fails in a thread that is to end says nothing about the cache. */
    private static void throwIfInterrupted(Exception cause) throws InterruptedException {
        if (Thread.currentThread().isInterrupted()) {
            throw interrupted(cause);
        }
    }

    private static InterruptedException interrupted(Exception cause) {
        // The exception tells it from now on.
        Thread.interrupted();
        var interrupted = new InterruptedException(cause.getMessage());
        interrupted.initCause(cause);
        return interrupted;
    }

    private void spoilt(PlannedPath planned, SourceProblems problems, Exception e) {
        StorePath path = planned.path();
        String reason = "%s sent what is not %s: %s".formatted(planned.cache(), path, reason(e));
        planned.source().spoilt(path, reason);
        problems.refused(reason);
        listener.on(new FetchEvent.SourceFailed(path, planned.cache(), reason));
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}

package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.narinfo.NarInfoVerifier;
import io.nixfleet.nix.narinfo.Verdict;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.BinaryCache;
import io.nixfleet.substituter.cache.CacheException;
import io.nixfleet.substituter.cache.CacheInfo;
import io.nixfleet.substituter.cache.NarInfoLookup;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A cache for the time of one fetch, with a circuit breaker: a cache that fails several times in a
 * row is set aside, so that an outage costs a few time limits and not one for each path of the
 * closure. Whether it is a cache for our store directory at all is asked next to the first lookup,
 * not before it.
 */
final class GuardedCache implements AutoCloseable {
    private final BinaryCache cache;
    private final StoreDir storeDir;
    private final FetchPolicy policy;
    private final FetchListener listener;
    private final Object lock = new Object();
    private final Map<StorePath, CacheException> failedPaths = new ConcurrentHashMap<>();

    /**
     * Lookups and downloads count apart: they go on side by side, and there are caches whose
     * narinfos are well while their NARs are lost.
     */
    private final Streak lookups = new Streak();

    private final Streak downloads = new Streak();
    private @Nullable CacheException setAside;
    private @Nullable CompletableFuture<CacheInfo> info;
    private @Nullable Thread infoReader;

    /** What went wrong in a row. */
    private static final class Streak {
        private int failures;
        private int spoilt;
    }

    GuardedCache(BinaryCache cache, StoreDir storeDir, FetchPolicy policy, FetchListener listener) {
        this.cache = cache;
        this.storeDir = storeDir;
        this.policy = policy;
        this.listener = listener;
    }

    String name() {
        return cache.name();
    }

    BinaryCache cache() {
        return cache;
    }

    /** Judges what the cache said of a path. */
    Verdict judge(NarInfo narInfo, NarInfoVerifier verifier) {
        return cache.trusted()
                ? verifier.verifyFromTrustedCache(narInfo)
                : verifier.verify(narInfo);
    }

    /** The priority in its URL, which needs no asking. */
    OptionalInt urlPriority() {
        return cache.urlPriority();
    }

    /**
     * Looks a path up; a cache that is set aside, or failed to give this path before, answers at
     * once with the reason.
     */
    NarInfoLookup lookup(StorePath path) throws InterruptedException {
        CacheException reason = reasonForSettingAside();
        if (reason == null) {
            reason = failedPaths.get(path);
        }
        if (reason != null) {
            return new NarInfoLookup.Failed(reason);
        }
        CompletableFuture<CacheInfo> asked = askForInfo();
        NarInfoLookup answer = cache.lookup(path);
        switch (answer) {
            case NarInfoLookup.Found _, NarInfoLookup.Absent _ -> {
                CacheException unfit = unfitness(asked, answer);
                if (unfit != null) {
                    setAside(unfit);
                    return new NarInfoLookup.Failed(unfit);
                }
                end(lookups);
            }
            case NarInfoLookup.Failed(CacheException failure) -> count(lookups, failure);
        }
        return answer;
    }

    /** Why the cache is not asked any more, or null while it is. */
    @Nullable CacheException reasonForSettingAside() {
        synchronized (lock) {
            return setAside;
        }
    }

    /** A download brought what its narinfo promised. */
    void gave() {
        end(downloads);
    }

    private void end(Streak streak) {
        synchronized (lock) {
            streak.failures = 0;
            streak.spoilt = 0;
        }
    }

    private void count(Streak streak, CacheException failure) {
        boolean over;
        synchronized (lock) {
            over =
                    switch (failure.kind()) {
                        case UNREACHABLE, NOT_A_CACHE, DENIED ->
                                ++streak.failures >= policy.failuresUntilSetAside();
                        case CORRUPT -> ++streak.spoilt >= policy.spoiltUntilSetAside();
                        case ABSENT -> false;
                    };
        }
        if (over) {
            setAside(failure);
        }
    }

    /** Counts a download that failed; the path is not asked for again. */
    void failedToGive(StorePath path, CacheException failure) {
        failedPaths.put(path, failure);
        count(downloads, failure);
    }

    /** Counts a NAR that was not what its narinfo promised; the path is not asked for again. */
    void spoilt(StorePath path, String reason) {
        failedToGive(path, new CacheException(CacheException.Kind.CORRUPT, reason));
    }

    /** The store refuses what this cache offers for the path; it is not asked for again. */
    void refusedByStore(StorePath path, String reason) {
        failedPaths.put(path, new CacheException(CacheException.Kind.CORRUPT, reason));
    }

    /** Asks the cache for nothing more; the first reason counts. */
    void setAside(CacheException reason) {
        synchronized (lock) {
            if (setAside != null) {
                return;
            }
            setAside = reason;
        }
        listener.on(new FetchEvent.CacheSetAside(name(), reason.getMessage()));
    }

    /** What its nix-cache-info says, once it is there; begins to ask for it. */
    CompletableFuture<CacheInfo> askForInfo() {
        synchronized (lock) {
            if (info == null) {
                var asked = new CompletableFuture<CacheInfo>();
                info = asked;
                infoReader =
                        Thread.ofVirtual().name("nixfleet-cache-info").start(() -> readInfo(asked));
            }
            return info;
        }
    }

    private void readInfo(CompletableFuture<CacheInfo> asked) {
        try {
            asked.complete(cache.info());
        } catch (CacheException | RuntimeException e) {
            asked.completeExceptionally(e);
        } catch (InterruptedException e) {
            asked.cancel(true);
            Thread.currentThread().interrupt();
        }
    }

    /** Ends what is under way; the cache itself stays open. */
    @Override
    public void close() {
        synchronized (lock) {
            if (infoReader != null) {
                infoReader.interrupt();
            }
        }
    }

    /** Null when the cache serves our store directory, else why it is of no use. */
    private @Nullable CacheException unfitness(
            CompletableFuture<CacheInfo> asked, NarInfoLookup answer) throws InterruptedException {
        try {
            CacheInfo known = asked.get();
            return known.storeDir().isEmpty() || known.storeDir().get().equals(storeDir)
                    ? null
                    : new CacheException(
                            CacheException.Kind.NOT_A_CACHE,
                            "%s is a cache for the store directory %s, but the store's is %s"
                                    .formatted(name(), known.storeDir().get(), storeDir));
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof CacheException failure)) {
                throw new IllegalStateException("nix-cache-info of " + name(), e.getCause());
            }
            // Static file trees are served without one at times; a cache that has the path needs no
            // further proof of being one.
            if (failure.kind() == CacheException.Kind.ABSENT) {
                return answer instanceof NarInfoLookup.Found
                        ? null
                        : new CacheException(
                                CacheException.Kind.NOT_A_CACHE,
                                "%s does not look like a binary cache, it has no nix-cache-info;"
                                                .formatted(name())
                                        + " check the URL",
                                failure);
            }
            return failure;
        }
    }
}

package io.nixfleet.agent.doctor;

import io.nixfleet.agent.fetch.CopyFallback;
import io.nixfleet.agent.fetch.FetchEnvironment;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.signature.TrustedKeys;
import io.nixfleet.substituter.cache.BinaryCache;
import io.nixfleet.substituter.cache.BinaryCaches;
import io.nixfleet.substituter.cache.CacheException;
import io.nixfleet.substituter.cache.CacheInfo;
import io.nixfleet.substituter.cache.CacheListener;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The caches, opened as a fetch opens them, each asked once for its nix-cache-info. */
final class CacheLooks implements AutoCloseable {
    /** What came of opening one, and asking it. */
    sealed interface Standing {
        /**
         * It answers as a cache does.
         *
         * @param warnings of what it is granted
         */
        record Answers(BinaryCache cache, CacheInfo info, List<String> warnings)
                implements Standing {}

        /** It does not. */
        record Fails(CacheException reason) implements Standing {}

        /** Its URL is none of a cache, or says what it must not. */
        record Unusable(String problem) implements Standing {}

        /** Only Nix talks to its kind. */
        record ForNix() implements Standing {}
    }

    private final Surroundings surroundings;
    private final BinaryCaches caches;
    private final FetchEnvironment environment;
    private final List<String> warnings;
    private final Map<String, ServerTime> times = new ConcurrentHashMap<>();

    private CacheLooks(Logins logins, Surroundings surroundings) {
        this.surroundings = surroundings;
        this.environment =
                new FetchEnvironment(
                        TrustedKeys.of(List.of()), List.of(), logins.netrc(), logins.access());
        this.warnings = logins.atOpening();
        this.caches =
                environment.openCachesForALook(
                        new Times(),
                        surroundings.step(),
                        surroundings.userAgent(),
                        surroundings.programs().environment());
    }

    static CacheLooks open(Logins logins, Surroundings surroundings) {
        return new CacheLooks(logins, surroundings);
    }

    private final class Times implements CacheListener {
        @Override
        public void onServerTime(String cache, String date, String age) {
            ServerTime.parse("cache " + cache, date, age, surroundings.clock().instant())
                    .ifPresent(time -> times.put(cache, time));
        }
    }

    /** Opens one, and asks it. */
    Standing look(URI url) throws InterruptedException {
        if (CopyFallback.takes(url)) {
            return new Standing.ForNix();
        }
        BinaryCache cache;
        List<String> granted;
        try {
            synchronized (warnings) {
                warnings.clear();
                cache = environment.open(caches, url);
                granted = List.copyOf(warnings);
            }
        } catch (FormatException e) {
            return new Standing.Unusable(String.valueOf(e.getMessage()));
        }
        try {
            return new Standing.Answers(cache, cache.info(), granted);
        } catch (CacheException e) {
            return new Standing.Fails(e);
        }
    }

    /** What time it is there, if a cache that was asked said so. */
    Optional<ServerTime> time() {
        return times.values().stream().findFirst();
    }

    @Override
    public void close() {
        try {
            caches.close();
        } catch (IllegalStateException _) {
            // Connections that hang do not outlast the process.
        }
    }
}

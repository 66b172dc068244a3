package io.nixfleet.agent.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The meters that all fetches share. */
final class FetchMeters {
    /** Where a path came from. */
    enum Source {
        CACHE("cache"),
        FALLBACK("fallback"),
        ALREADY_VALID("already_valid");

        final String word;

        Source(String word) {
            this.word = word;
        }
    }

    /** Why a path could not be had. */
    enum Failure {
        ABSENT,
        UNTRUSTED,
        UNREACHABLE,
        STORE,
        BLOCKED
    }

    private final MeterRegistry registry;
    private final Map<Source, Counter> paths = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> setAside = new ConcurrentHashMap<>();
    final Counter received;
    final Counter imported;
    private final Counter fallbackReceived;
    private final Counter fallbackImported;
    final Counter narInfoRequests;

    FetchMeters(MeterRegistry registry) {
        this.registry = registry;
        for (Source source : Source.values()) {
            paths.put(source, paths(source));
        }
        received = received(Source.CACHE);
        imported = imported(Source.CACHE);
        fallbackReceived = received(Source.FALLBACK);
        fallbackImported = imported(Source.FALLBACK);
        narInfoRequests =
                Counter.builder("nixfleet.agent.fetch.narinfo.requests")
                        .description("Narinfos that caches were asked for.")
                        .register(registry);
        List.of(Failure.values()).forEach(this::failedPaths);
        knows(BoundedLabel.OTHER);
    }

    /** Has the cache's series at zero, before anything goes wrong with it. */
    void knows(String cache) {
        retries(cache);
        resumedTransfers(cache);
        cacheErrors(cache);
        setAside.computeIfAbsent(cache, this::breaker);
    }

    private Counter received(Source source) {
        return bytes("received", source, "Bytes that came over the wire, compressed.");
    }

    private Counter imported(Source source) {
        return bytes("imported", source, "Bytes of archives that went into the store.");
    }

    private Counter bytes(String which, Source source, String description) {
        return Counter.builder("nixfleet.agent.fetch." + which)
                .description(description)
                .baseUnit("bytes")
                .tag("source", source.word)
                .register(registry);
    }

    private Counter paths(Source source) {
        return Counter.builder("nixfleet.agent.fetch.paths")
                .description("Store paths that fetches made valid, or found so.")
                .tag("source", source.word)
                .register(registry);
    }

    /** Nix itself made paths valid. */
    void fallback(int count, long receivedBytes, long narBytes) {
        got(Source.FALLBACK, count);
        fallbackReceived.increment((double) receivedBytes);
        fallbackImported.increment((double) narBytes);
    }

    void got(Source source, int count) {
        paths.getOrDefault(source, paths(source)).increment(count);
    }

    void failedPath(Failure reason) {
        failedPaths(reason).increment();
    }

    private Counter failedPaths(Failure reason) {
        return Counter.builder("nixfleet.agent.fetch.failed.paths")
                .description("Store paths that could not be had.")
                .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    void retried(String cache) {
        retries(cache).increment();
    }

    private Counter retries(String cache) {
        return perCache("retries", "Requests that were tried again.", cache);
    }

    void resumed(String cache) {
        resumedTransfers(cache).increment();
    }

    private Counter resumedTransfers(String cache) {
        return perCache(
                "resumed.transfers", "Broken transfers that went on where they broke.", cache);
    }

    void cacheError(String cache) {
        cacheErrors(cache).increment();
    }

    private Counter cacheErrors(String cache) {
        return perCache("cache.errors", "Paths that a cache failed to give.", cache);
    }

    private Counter perCache(String what, String description, String cache) {
        return Counter.builder("nixfleet.agent.fetch." + what)
                .description(description)
                .tag("cache", cache)
                .register(registry);
    }

    /** Whether this fetch, the latest, asks the cache no more. */
    void setAside(String cache, boolean broken) {
        setAside.computeIfAbsent(cache, this::breaker).set(broken ? 1 : 0);
    }

    private AtomicInteger breaker(String cache) {
        var state = new AtomicInteger();
        Gauge.builder("nixfleet.agent.fetch.cache.set.aside", state, AtomicInteger::get)
                .description("Whether the latest fetch stopped asking this cache.")
                .tag("cache", cache)
                .register(registry);
        return state;
    }

    /** A new fetch asks every cache again. */
    void begin() {
        setAside.values().forEach(state -> state.set(0));
    }
}

package io.nixfleet.substituter.cache;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.testing.cache.HostileServer;
import io.nixfleet.testing.cache.NarInfos;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server, a client of it with short limits, and what the client told of its troubles. */
final class CacheFixture implements AutoCloseable, CacheListener {
    record Resume(long offset, boolean ranged) {}

    static final Duration SHORT = Duration.ofMillis(300);

    final HostileServer server = HostileServer.start();
    final List<Duration> retries = new CopyOnWriteArrayList<>();
    final List<Resume> resumes = new CopyOnWriteArrayList<>();
    private final BinaryCaches caches;

    CacheFixture() {
        this(CacheLimits.DEFAULT.withDownloads(16, 2 << 20));
    }

    CacheFixture(CacheLimits limits) {
        this.caches =
                new BinaryCaches(
                        CacheOptions.builder()
                                .limits(limits)
                                .retryPolicy(
                                        new RetryPolicy(
                                                3, Duration.ofMillis(2), Duration.ofMillis(20)))
                                .listener(this)
                                .build());
    }

    static CacheFixture withShortLimits() {
        return new CacheFixture(
                CacheLimits.DEFAULT
                        .withResponseTimeout(SHORT)
                        .withLookupTimeout(SHORT)
                        .withStallTimeout(SHORT)
                        .withDownloads(16, 2 << 20));
    }

    BinaryCache cache() {
        return cache("");
    }

    BinaryCache cache(String prefix) {
        return caches.open(URI.create(server.uri() + prefix));
    }

    BinaryCaches caches() {
        return caches;
    }

    NarDownload open(String url, Compression compression) {
        return cache().open(NarInfos.ofSize(1L << 30, url, compression));
    }

    byte[] download(String url, Compression compression) throws IOException {
        try (var download = open(url, compression)) {
            return download.stream().readAllBytes();
        }
    }

    static byte[] bytes(int size) {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @Override
    public void onRetry(String cache, String what, int attempt, Duration delay, String reason) {
        retries.add(delay);
    }

    @Override
    public void onResume(String cache, String what, long offset, boolean ranged, String reason) {
        resumes.add(new Resume(offset, ranged));
    }

    @Override
    public void close() {
        caches.close();
        server.close();
    }
}

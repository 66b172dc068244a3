package io.nixfleet.substituter.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.compression.Compressed;
import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.HostileServer;
import io.nixfleet.testing.cache.NarInfos;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpLookupTest {
    private static final StorePath PATH = NarInfos.path('a');
    private static final String FILE = "/" + PATH.hashPart() + ".narinfo";
    private static final String TEXT =
            NarInfos.text(PATH, "nar/a.nar.zst", Compression.ZSTD, new byte[1]);

    private CacheFixture fixture = new CacheFixture();
    private HostileServer server = fixture.server;

    @AfterEach
    void close() {
        fixture.close();
    }

    private void useShortLimits() {
        fixture.close();
        fixture = CacheFixture.withShortLimits();
        server = fixture.server;
    }

    @Test
    void findsWhatIsThere() throws InterruptedException {
        server.on(FILE, Answers.ok(TEXT));

        NarInfo found = found(fixture.cache().lookup(PATH));

        assertThat(found.url()).isEqualTo("nar/a.nar.zst");
        assertThat(server.requests().getFirst().header("Accept-Encoding")).isEmpty();
        assertThat(server.requests().getFirst().header("Host"))
                .isEqualTo(server.uri().getAuthority());
    }

    @Test
    void asksBelowThePathOfTheCache() throws InterruptedException {
        server.on("/some/prefix" + FILE, Answers.ok(TEXT));

        found(fixture.cache("/some/prefix").lookup(PATH));
        found(fixture.cache("/some/prefix/?priority=7").lookup(PATH));
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 410, 403})
    void takesStatusForAbsentAndAsksAgainNextTime(int status) throws InterruptedException {
        server.on(FILE, Answers.status(status), Answers.ok(TEXT));
        BinaryCache cache = fixture.cache();

        assertThat(cache.lookup(PATH)).isEqualTo(new NarInfoLookup.Absent());
        found(cache.lookup(PATH));
        assertThat(fixture.retries).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "401, 'check the login in netrc, the URL or the token'",
        "407, the proxy wants a login; check http_proxy and its like",
    })
    void reportsDeniedAccess(int status, String advice) throws InterruptedException {
        server.on(FILE, Answers.status(status));

        CacheException reason = failed(fixture.cache().lookup(PATH));

        assertThat(reason.kind()).isEqualTo(CacheException.Kind.DENIED);
        assertThat(reason)
                .hasMessage(
                        "cache %s, %s.narinfo: HTTP status %d: %s"
                                .formatted(server.uri(), PATH.hashPart(), status, advice));
        assertThat(server.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void triesAgainAfterTransientStatus(int status) throws InterruptedException {
        server.on(FILE, Answers.status(status), Answers.status(status), Answers.ok(TEXT));

        found(fixture.cache().lookup(PATH));

        assertThat(fixture.retries).hasSize(2);
    }

    @Test
    void givesUpAfterTheLastAttempt() throws InterruptedException {
        server.on(FILE, Answers.status(503));

        CacheException reason = failed(fixture.cache().lookup(PATH));

        assertThat(reason.kind()).isEqualTo(CacheException.Kind.UNREACHABLE);
        assertThat(reason).hasMessageEndingWith("HTTP status 503 (given up after 3 attempts)");
        assertThat(server.requests()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 418, 501, 505, 511, 204, 206, 304})
    void doesNotTryAgainAfterFinalStatus(int status) throws InterruptedException {
        server.on(FILE, Answers.status(status));

        assertThat(failed(fixture.cache().lookup(PATH)).kind())
                .isEqualTo(CacheException.Kind.NOT_A_CACHE);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void waitsAsLongAsTheServerAsksButNotLonger() throws InterruptedException {
        server.on(FILE, Answers.status(429, "Retry-After: 86400"), Answers.ok(TEXT));

        found(fixture.cache().lookup(PATH));

        assertThat(fixture.retries).containsExactly(Duration.ofMillis(20));
    }

    @Test
    void triesAgainAfterBrokenConnections() throws InterruptedException {
        byte[] text = TEXT.getBytes(StandardCharsets.UTF_8);
        server.on(FILE, Answers.resetAtOnce(), Answers.cutAfter(text, 20), Answers.ok(text));

        found(fixture.cache().lookup(PATH));

        assertThat(fixture.retries).hasSize(2);
    }

    @Test
    void survivesServerThatClosesKeptConnections() throws InterruptedException {
        server.on(FILE, Answers.okThenClose(TEXT.getBytes(StandardCharsets.UTF_8)));
        BinaryCache cache = fixture.cache();

        for (int i = 0; i < 5; i++) {
            found(cache.lookup(PATH));
        }
    }

    @Test
    void keepsConnectionsAlive() throws InterruptedException {
        server.on(FILE, Answers.ok(TEXT));
        BinaryCache cache = fixture.cache();

        for (int i = 0; i < 5; i++) {
            found(cache.lookup(PATH));
        }

        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void keepsConnectionsAliveOverAnswersThatAreNoNarInfo() throws InterruptedException {
        server.on(
                FILE,
                (_, wire) -> {
                    wire.head(404, "Content-Length: 2000");
                    wire.bytes(new byte[2000]);
                });
        BinaryCache cache = fixture.cache();

        for (int i = 0; i < 100; i++) {
            assertThat(cache.lookup(PATH)).isEqualTo(new NarInfoLookup.Absent());
        }

        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void endsWaitForSilentServer() throws InterruptedException {
        useShortLimits();
        server.on(FILE, Answers.silence());

        assertThat(failed(fixture.cache().lookup(PATH)))
                .hasMessageContaining("no answer within")
                .hasMessageEndingWith("(given up after 3 attempts)");
    }

    @Test
    void endsWaitForNarInfoThatDrips() throws InterruptedException {
        useShortLimits();
        server.on(FILE, Answers.drip(TEXT.getBytes(StandardCharsets.UTF_8), 50));

        assertThat(failed(fixture.cache().lookup(PATH)))
                .hasMessageContaining("the answer was not complete after 300 ms");
    }

    @Test
    void refusesEndlessNarInfo() throws InterruptedException {
        server.on(FILE, Answers.endlessBody());

        CacheException reason = failed(fixture.cache().lookup(PATH));

        assertThat(reason.kind()).isEqualTo(CacheException.Kind.CORRUPT);
        assertThat(reason).hasMessageEndingWith("it is longer than 1048576 bytes");
        assertThat(server.bytesWritten()).isLessThan(32 << 20);
    }

    @Test
    void refusesEndlessHeaders() throws InterruptedException {
        server.on(FILE, Answers.endlessHeaders());

        assertThat(failed(fixture.cache().lookup(PATH)).kind())
                .isEqualTo(CacheException.Kind.NOT_A_CACHE);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void refusesWhatIsNotHttp() throws InterruptedException {
        server.on(FILE, Answers.noHttpAtAll());

        assertThat(failed(fixture.cache().lookup(PATH)))
                .hasMessageContaining("the answer is not HTTP");
    }

    @ParameterizedTest
    @EnumSource(names = {"GZIP", "ZSTD", "BR"})
    void decodesContentEncoding(Compression encoding) throws InterruptedException {
        byte[] body = Compressed.bytes(encoding, TEXT.getBytes(StandardCharsets.UTF_8));
        server.on(FILE, Answers.ok(body, "Content-Encoding: " + encoding.nixName()));

        found(fixture.cache().lookup(PATH));
    }

    @Test
    void refusesEncodingsWithinOneAnother() throws InterruptedException {
        byte[] gzipped = Compressed.bytes(Compression.GZIP, TEXT.getBytes(StandardCharsets.UTF_8));
        byte[] both = Compressed.bytes(Compression.ZSTD, gzipped);
        server.on(FILE, Answers.ok(both, "Content-Encoding: gzip, zstd"));

        assertThat(failed(fixture.cache().lookup(PATH)))
                .hasMessageEndingWith("2 Content-Encodings are too many");
    }

    @Test
    void boundsNarInfoThatDecodesToTooMuch() throws InterruptedException {
        byte[] bomb = Compressed.bytes(Compression.GZIP, new byte[50 << 20]);
        server.on(FILE, Answers.ok(bomb, "Content-Encoding: gzip"));

        assertThat(failed(fixture.cache().lookup(PATH)))
                .hasMessageEndingWith("it is longer than 1048576 bytes");
    }

    @Test
    void refusesUnknownContentEncoding() throws InterruptedException {
        server.on(FILE, Answers.ok(new byte[9], "Content-Encoding: compress"));

        assertThat(failed(fixture.cache().lookup(PATH)))
                .hasMessageEndingWith("Content-Encoding 'compress' is not supported");
    }

    @Test
    void refusesNarInfoOfAnotherPath() throws InterruptedException {
        server.on(
                FILE,
                Answers.ok(NarInfos.text(NarInfos.path('b'), "x", Compression.XZ, new byte[1])));

        CacheException reason = failed(fixture.cache().lookup(PATH));

        assertThat(reason.kind()).isEqualTo(CacheException.Kind.CORRUPT);
        assertThat(reason).hasMessageContaining("asked for " + PATH);
    }

    @Test
    void refusesJunk() throws InterruptedException {
        server.on(FILE, Answers.ok("<html>welcome</html>"));

        assertThat(failed(fixture.cache().lookup(PATH)).kind())
                .isEqualTo(CacheException.Kind.CORRUPT);
    }

    @Test
    void namesHostThatDoesNotListen() throws Exception {
        // A port of our own, so that no other test's server comes to listen there.
        try (var silent = new Socket()) {
            silent.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            String url = "http://127.0.0.1:" + silent.getLocalPort();

            CacheException reason = failed(fixture.caches().open(URI.create(url)).lookup(PATH));

            assertThat(reason.kind()).isEqualTo(CacheException.Kind.UNREACHABLE);
            assertThat(reason).hasMessageContaining("cache " + url + ", ");
        }
    }

    @Test
    void asksManyAtOnceButNotMoreThanAllowed() throws InterruptedException {
        fixture.close();
        fixture = new CacheFixture(CacheLimits.DEFAULT.withLookups(8, 8));
        server = fixture.server;
        var allThere = new CountDownLatch(8);
        var now = new AtomicInteger();
        var most = new AtomicInteger();
        server.on(
                FILE,
                (request, wire) -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    allThere.countDown();
                    allThere.await();
                    now.decrementAndGet();
                    Answers.ok(TEXT).send(request, wire);
                });
        BinaryCache cache = fixture.cache();

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var lookups =
                    IntStream.range(0, 40)
                            .mapToObj(i -> threads.submit(() -> cache.lookup(PATH)))
                            .toList();
            assertThat(lookups).allSatisfy(lookup -> found(lookup.get()));
        }

        assertThat(most).hasValue(8);
    }

    @Test
    void endsWhenItsThreadIsInterrupted() throws InterruptedException {
        var asked = new CountDownLatch(1);
        server.on(
                FILE,
                (request, wire) -> {
                    asked.countDown();
                    wire.stall();
                });
        BinaryCache cache = fixture.cache();
        var thrown = new CountDownLatch(1);
        Thread thread =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        cache.lookup(PATH);
                                    } catch (InterruptedException e) {
                                        thrown.countDown();
                                    }
                                });
        asked.await();
        thread.interrupt();
        thrown.await();
    }

    @Test
    void readsCacheInfoOnce() throws Exception {
        server.on(
                "/nix-cache-info",
                Answers.status(503),
                Answers.ok("StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 30\nOther: x\n"));
        BinaryCache cache = fixture.cache("?want-mass-query=0");

        assertThat(cache.info().priority()).isEqualTo(30);
        assertThat(cache.info().wantMassQuery()).isFalse();
        assertThat(server.requests()).hasSize(2);
        assertThat(fixture.cache("/?priority=5").info().priority()).isEqualTo(5);
    }

    @Test
    void refusesCacheForAnotherStore() {
        server.on("/nix-cache-info", Answers.ok("StoreDir: /gnu/store\n"));

        assertThatThrownBy(() -> fixture.cache().info())
                .isInstanceOf(CacheException.class)
                .hasMessageEndingWith(
                        "the cache is for the store directory /gnu/store, not for /nix/store");
    }

    @Test
    void saysWhenThereIsNoCache() {
        assertThatThrownBy(() -> fixture.cache().info())
                .hasMessageEndingWith("check that the URL is that of a Nix cache");
    }

    private static NarInfo found(NarInfoLookup lookup) {
        assertThat(lookup).isInstanceOf(NarInfoLookup.Found.class);
        return ((NarInfoLookup.Found) lookup).narInfo();
    }

    private static CacheException failed(NarInfoLookup lookup) {
        assertThat(lookup).isInstanceOf(NarInfoLookup.Failed.class);
        return ((NarInfoLookup.Failed) lookup).reason();
    }
}

package io.nixfleet.substituter.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.compression.Compressed;
import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.compression.Decompressors;
import io.nixfleet.testing.cache.Answer;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.HostileServer;
import io.nixfleet.testing.cache.NarInfos;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpDownloadTest {
    private static final String NAR = "/nar/a.nar";
    private static final String ETAG = "ETag: \"v1\"";
    private static final byte[] BODY = CacheFixture.bytes(1_000_000);

    private CacheFixture fixture = new CacheFixture();
    private HostileServer server = fixture.server;

    @AfterEach
    void close() {
        fixture.close();
    }

    private void use(CacheFixture other) {
        fixture.close();
        fixture = other;
        server = other.server;
    }

    private byte[] download() throws IOException {
        return fixture.download("nar/a.nar", Compression.XZ);
    }

    @Test
    void deliversTheFile() throws IOException {
        server.on(NAR, Answers.ok(BODY));

        try (var download = fixture.open("nar/a.nar", Compression.XZ)) {
            assertThat(download.stream().readAllBytes()).isEqualTo(BODY);
            assertThat(download.bytesReceived()).isEqualTo(BODY.length);
            assertThat(download.stream().read()).isEqualTo(-1);
        }
        assertThat(server.requests().getFirst().header("Accept-Encoding")).isEmpty();
        assertThat(server.requests().getFirst().header("Range")).isEmpty();
    }

    @Test
    void deliversByteByByte() throws IOException {
        server.on(NAR, Answers.chunked(new byte[] {1, (byte) 0xff, 3}, 2));

        try (var download = fixture.open("nar/a.nar", Compression.XZ)) {
            InputStream in = download.stream();
            assertThat(new int[] {in.read(), in.read(), in.read(), in.read()})
                    .containsExactly(1, 255, 3, -1);
        }
    }

    @Test
    void deliversBodiesWithoutLength() throws IOException {
        server.on(NAR, Answers.chunked(BODY, 70_000), Answers.untilClose(BODY));

        assertThat(download()).isEqualTo(BODY);
        assertThat(download()).isEqualTo(BODY);
    }

    @Test
    void deliversEmptyFile() throws IOException {
        server.on(NAR, Answers.ok(new byte[0]));

        assertThat(download()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/pre/nar/x", "nar/../nar/x", "../pre/nar/x", "./nar/x", "//HOST/pre/nar/x"})
    void resolvesUrlAgainstTheCache(String url) throws IOException {
        server.on("/pre/nar/x?hash=a%20b", Answers.ok(BODY));
        String reference = url.replace("HOST", server.uri().getAuthority()) + "?hash=a%20b";

        try (var download =
                fixture.cache("/pre")
                        .open(
                                NarInfos.of(
                                        NarInfos.path('a'),
                                        reference,
                                        Compression.XZ,
                                        new byte[1]))) {
            assertThat(download.stream().readAllBytes()).isEqualTo(BODY);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://host/x", "http:", "nar/a b"})
    void refusesUrlThatIsNotOfHttp(String url) {
        assertThatThrownBy(() -> fixture.download(url, Compression.XZ))
                .isInstanceOfSatisfying(
                        CacheException.class,
                        e -> assertThat(e.kind()).isEqualTo(CacheException.Kind.CORRUPT));
        assertThat(server.requests()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"GZIP", "ZSTD", "BR"})
    void asksForContentEncodingOfPlainNarAndDecodesIt(Compression encoding) throws IOException {
        byte[] encoded = Compressed.bytes(encoding, BODY);
        server.on(NAR, Answers.chunked(encoded, 9_999, "Content-Encoding: " + encoding.nixName()));

        assertThat(fixture.download("nar/a.nar", Compression.NONE)).isEqualTo(BODY);
        assertThat(server.requests().getFirst().header("Accept-Encoding"))
                .isEqualTo("zstd, gzip;q=0.5, br;q=0.3");
    }

    @Test
    void refusesDamagedContentEncoding() {
        byte[] encoded = Compressed.bytes(Compression.GZIP, BODY);
        encoded[encoded.length / 2] ^= 1;
        server.on(NAR, Answers.ok(encoded, "Content-Encoding: gzip"));

        assertThatThrownBy(this::download)
                .hasMessageContaining(
                        "nar/a.nar: its Content-Encoding is broken: gzip data is corrupt");
        assertThat(server.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_536, 999_999})
    void continuesWhereTheTransferBroke(int sent) throws IOException {
        server.on(NAR, Answers.cutAfter(BODY, sent, ETAG), Answers.ranged(BODY, BODY.length, ETAG));

        assertThat(download()).isEqualTo(BODY);

        HostileServer.Request second = server.requests().get(1);
        if (sent > 0) {
            assertThat(second.header("Range")).isEqualTo("bytes=" + sent + "-");
            assertThat(second.header("If-Range")).isEqualTo("\"v1\"");
        } else {
            assertThat(second.header("Range")).isEmpty();
        }
        assertThat(fixture.resumes).containsExactly(new CacheFixture.Resume(sent, sent > 0));
    }

    @Test
    void continuesAsOftenAsThereIsProgressWithoutFetchingTwice() throws IOException {
        // Ten breaks, while in a row only three failures are allowed.
        server.on(NAR, Answers.ranged(BODY, BODY.length / 10));

        try (var download = fixture.open("nar/a.nar", Compression.XZ)) {
            assertThat(download.stream().readAllBytes()).isEqualTo(BODY);
            assertThat(download.bytesReceived()).isEqualTo(BODY.length);
        }
        assertThat(fixture.resumes).hasSize(9);
    }

    @Test
    void givesUpAfterTooManyBreaks() {
        use(new CacheFixture(CacheLimits.DEFAULT.withResumptions(4)));
        server.on(NAR, Answers.ranged(BODY, 1_000));

        assertThatThrownBy(this::download)
                .isInstanceOf(CacheException.class)
                .hasMessageEndingWith("the transfer broke 5 times");
    }

    @Test
    void givesUpWithoutProgress() {
        server.on(NAR, Answers.cutAfter(BODY, 1_000), Answers.status(503));

        assertThatThrownBy(this::download)
                .isInstanceOf(CacheException.class)
                .hasMessageEndingWith("HTTP status 503 (given up after 3 attempts)");
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void startsOverWhereTheServerDoes() throws IOException {
        server.on(NAR, Answers.cutAfter(BODY, 300_000), Answers.ok(BODY));

        assertThat(download()).isEqualTo(BODY);
        assertThat(fixture.resumes).containsExactly(new CacheFixture.Resume(300_000, false));
    }

    @Test
    void startsOverWhenTheServerLiesAboutTheRange() throws IOException {
        Answer lie =
                (request, wire) -> {
                    wire.head(206, "Content-Length: 10", "Content-Range: bytes 0-9/1000000");
                    wire.bytes(new byte[10]);
                };
        server.on(NAR, Answers.cutAfter(BODY, 300_000), lie, Answers.ok(BODY));

        assertThat(download()).isEqualTo(BODY);
        assertThat(server.requests().get(2).header("Range")).isEmpty();
    }

    @Test
    void startsOverWhenTheRangeIsRefused() throws IOException {
        server.on(NAR, Answers.cutAfter(BODY, 300_000), Answers.status(416), Answers.ok(BODY));

        assertThat(download()).isEqualTo(BODY);
    }

    @Test
    void saysWhenTheFileShrank() {
        server.on(NAR, Answers.cutAfter(BODY, 300_000), Answers.ok(new byte[5]));

        assertThatThrownBy(this::download)
                .hasMessageContaining("it became shorter than the 300000 bytes it had before");
    }

    @Test
    void continuesEncodedBodyByRangeOfThePlainOne() throws IOException {
        byte[] encoded = Compressed.bytes(Compression.GZIP, BODY);
        server.on(
                NAR,
                Answers.cutAfter(encoded, 400_000, "Content-Encoding: gzip", ETAG),
                Answers.ranged(BODY, BODY.length, "ETag: \"plain\""));

        assertThat(fixture.download("nar/a.nar", Compression.NONE)).isEqualTo(BODY);

        HostileServer.Request second = server.requests().get(1);
        assertThat(second.header("Accept-Encoding")).isEqualTo("identity");
        assertThat(second.header("Range")).matches("bytes=[1-9][0-9]+-");
        assertThat(second.header("If-Range")).as("ETags differ by encoding").isEmpty();
    }

    @Test
    void startsEncodedBodyOverAndSkipsWhatIsThere() throws IOException {
        byte[] encoded = Compressed.bytes(Compression.ZSTD, BODY);
        server.on(
                NAR,
                Answers.cutAfter(encoded, 400_000, "Content-Encoding: zstd"),
                Answers.ok(encoded, "Content-Encoding: zstd"));

        assertThat(fixture.download("nar/a.nar", Compression.NONE)).isEqualTo(BODY);
    }

    @Test
    void continuesAfterReset() throws IOException {
        server.on(NAR, Answers.resetAfter(BODY, 500_000), Answers.ranged(BODY, BODY.length));

        assertThat(download()).isEqualTo(BODY);
    }

    @Test
    void continuesAfterStall() throws IOException {
        use(CacheFixture.withShortLimits());
        server.on(NAR, Answers.stallAfter(BODY, 500_000), Answers.ranged(BODY, BODY.length));

        assertThat(download()).isEqualTo(BODY);
        assertThat(fixture.resumes).containsExactly(new CacheFixture.Resume(500_000, true));
    }

    @Test
    void endsDrip() {
        use(
                new CacheFixture(
                        CacheLimits.DEFAULT
                                .withStallTimeout(Duration.ofSeconds(1))
                                .withResumptions(0)));
        server.on(NAR, Answers.drip(BODY, 20));

        assertThatThrownBy(this::download)
                .rootCause()
                .hasMessageMatching("only [0-9]+ bytes came in 1000 ms of waiting");
    }

    @Test
    void endsDripThoughEachTransferBringsSomeBytes() {
        use(new CacheFixture(CacheLimits.DEFAULT.withStallTimeout(Duration.ofSeconds(1))));
        server.on(NAR, Answers.drip(BODY, 20));

        assertThatThrownBy(this::download)
                .isInstanceOf(CacheException.class)
                .hasMessageEndingWith("(given up after 3 attempts)");
        assertThat(server.requests(NAR)).hasSize(3);
    }

    /** zstd frames of which each holds nothing: they could come for ever without a byte of NAR. */
    @ParameterizedTest
    @ValueSource(strings = {"", "Content-Encoding: zstd"})
    void endsFileThatHoldsNothing(String header) throws IOException {
        byte[] frames = repeated(Compressed.bytes(Compression.ZSTD, new byte[0]), 1 << 20);
        server.on(
                NAR,
                (_, wire) -> {
                    if (header.isEmpty()) {
                        wire.head(200);
                    } else {
                        wire.head(200, header);
                    }
                    wire.close();
                    while (!wire.pause(0)) {
                        wire.bytes(frames);
                    }
                });

        var small = NarInfos.ofSize(1000, "nar/a.nar", Compression.ZSTD);
        try (var download = fixture.cache().open(small)) {
            assertThatThrownBy(
                            () ->
                                    new Decompressors()
                                            .open(
                                                    Compression.ZSTD,
                                                    download.stream(),
                                                    Decompressors.Window.WIDE)
                                            .read())
                    .isInstanceOf(CacheException.class)
                    .hasMessageContaining("goes on after 4195554 bytes");
        }
        assertThat(server.bytesWritten()).isLessThan(32 << 20);
    }

    private static byte[] repeated(byte[] piece, int atLeast) {
        var all = new ByteArrayOutputStream();
        while (all.size() < atLeast) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }

    @Test
    void refusesBodyShorterThanItsLength() {
        use(new CacheFixture(CacheLimits.DEFAULT.withResumptions(2)));
        server.on(NAR, Answers.wrongLength(new byte[10], 20));

        assertThatThrownBy(this::download).isInstanceOf(CacheException.class);
    }

    @Test
    void ignoresWhatComesAfterTheLength() throws IOException {
        server.on(NAR, Answers.wrongLength(new byte[] {1, 2, 3}, 2));

        assertThat(download()).containsExactly(1, 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 410})
    void saysWhenTheFileIsNotThere(int status) {
        server.on(NAR, Answers.status(status));

        assertThatThrownBy(this::download)
                .isInstanceOfSatisfying(
                        CacheException.class,
                        e -> assertThat(e.kind()).isEqualTo(CacheException.Kind.ABSENT))
                .hasMessageEndingWith(
                        "nar/a.nar: HTTP status %d: it is not there".formatted(status));
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void saysWhenAccessIsDenied() {
        server.on(NAR, Answers.status(403));

        assertThatThrownBy(this::download)
                .isInstanceOfSatisfying(
                        CacheException.class,
                        e -> assertThat(e.kind()).isEqualTo(CacheException.Kind.DENIED));
    }

    @Test
    void staysFailed() {
        server.on(NAR, Answers.status(404));
        try (var download = fixture.open("nar/a.nar", Compression.XZ)) {
            assertThatThrownBy(() -> download.stream().read()).isInstanceOf(CacheException.class);
            assertThatThrownBy(() -> download.stream().read()).isInstanceOf(CacheException.class);
        }
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void beginsBeforeItIsRead() throws Exception {
        var asked = new CountDownLatch(1);
        server.on(
                NAR,
                (request, wire) -> {
                    asked.countDown();
                    Answers.ok(BODY).send(request, wire);
                });

        try (var download = fixture.open("nar/a.nar", Compression.XZ)) {
            asked.await();
            assertThat(download.stream().readAllBytes()).isEqualTo(BODY);
        }
    }

    @Test
    void startsNextDownloadWhenOneIsClosed() throws Exception {
        use(new CacheFixture(CacheLimits.DEFAULT.withDownloads(1, 1_000)));
        server.on(NAR, Answers.ok(BODY));
        BinaryCache cache = fixture.cache();
        var narInfo = NarInfos.of(NarInfos.path('a'), "nar/a.nar", Compression.XZ, new byte[1]);
        NarDownload first = cache.open(narInfo);
        assertThat(first.stream().read()).isEqualTo(BODY[0] & 0xff);

        try (var second = cache.open(narInfo)) {
            assertThat(second.bytesReceived()).isZero();
            first.close();
            assertThat(second.stream().readAllBytes()).isEqualTo(BODY);
        }
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void closingEndsTheTransferAndTheConnection() throws Exception {
        server.on(NAR, Answers.endlessBody());
        try (var download = fixture.open("nar/a.nar", Compression.XZ)) {
            assertThat(download.stream().readNBytes(100_000)).hasSize(100_000);
            download.close();

            assertThatThrownBy(() -> download.stream().read())
                    .hasMessageEndingWith("the download was closed by its reader");
        }
        while (server.openConnections() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void closingFromAnotherThreadEndsTheReader() throws Exception {
        var stalled = new CountDownLatch(1);
        server.on(
                NAR,
                (request, wire) -> {
                    wire.head(200, "Content-Length: 10");
                    wire.bytes(new byte[5]);
                    stalled.countDown();
                    wire.stall();
                });
        var thrown = new AtomicReference<Throwable>();
        var download = fixture.open("nar/a.nar", Compression.XZ);
        Thread reader =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        download.stream().readAllBytes();
                                    } catch (IOException e) {
                                        thrown.set(e);
                                    }
                                });
        stalled.await();
        download.close();
        reader.join();

        assertThat(thrown.get()).hasMessageEndingWith("the download was closed by its reader");
    }

    @Test
    void interruptingTheReaderEndsItsWait() throws Exception {
        var stalled = new CountDownLatch(1);
        server.on(
                NAR,
                (request, wire) -> {
                    stalled.countDown();
                    wire.stall();
                });
        var thrown = new AtomicReference<Throwable>();
        try (var download = fixture.open("nar/a.nar", Compression.XZ)) {
            Thread reader =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            download.stream().readAllBytes();
                                        } catch (IOException e) {
                                            thrown.set(e);
                                        }
                                    });
            stalled.await();
            reader.interrupt();
            reader.join();
        }
        assertThat(thrown.get()).isInstanceOf(InterruptedIOException.class);
    }

    @Test
    void slowReaderHoldsTheServerBack() throws Exception {
        use(new CacheFixture(CacheLimits.DEFAULT.withDownloads(16, 1 << 20)));
        int size = 200 << 20;
        var full = new CountDownLatch(1);
        server.on(
                NAR,
                (request, wire) -> {
                    wire.head(200, "Content-Length: " + size);
                    var piece = new byte[16 * 1024];
                    for (int sent = 0; sent < size; sent += piece.length) {
                        wire.bytes(piece);
                        if (sent > 1 << 20) {
                            full.countDown();
                        }
                    }
                });

        try (var download = fixture.open("nar/a.nar", Compression.XZ)) {
            full.await();
            // What the sockets of both ends take in is up to the kernel; what we hold is not.
            long settled = settledBytes(download);
            assertThat(download.bytesReceived()).isBetween(1L << 20, (1L << 20) + (256 << 10));
            assertThat(settled).isLessThan(16 << 20);

            byte[] buffer = new byte[64 * 1024];
            long read = 0;
            for (int count = 0; count >= 0; count = download.stream().read(buffer)) {
                read += count;
                assertThat(download.bytesReceived() - read).isLessThan(2 << 20);
            }
            assertThat(read).isEqualTo(size);
        }
    }

    /** Waits until neither end moves any more. */
    private long settledBytes(NarDownload download) throws InterruptedException {
        long before = -1;
        long now = server.bytesWritten() + download.bytesReceived();
        var never = new CountDownLatch(1);
        while (before != now) {
            before = now;
            assertThat(never.await(200, TimeUnit.MILLISECONDS)).isFalse();
            now = server.bytesWritten() + download.bytesReceived();
        }
        return server.bytesWritten();
    }

    @Test
    void fullDownloadsDoNotHoldUpLookups() throws Exception {
        server.on(NAR, Answers.endlessBody());
        var path = NarInfos.path('a');
        server.on(
                "/" + path.hashPart() + ".narinfo",
                Answers.ok(NarInfos.text(path, "x", Compression.XZ, new byte[1])));
        BinaryCache cache = fixture.cache();
        var open = new ArrayList<NarDownload>();
        for (int i = 0; i < 16; i++) {
            open.add(cache.open(NarInfos.of(path, "nar/a.nar", Compression.XZ, new byte[1])));
        }
        for (NarDownload download : open) {
            assertThat(download.stream().readNBytes(1)).hasSize(1);
        }

        assertThat(cache.lookup(path)).isInstanceOf(NarInfoLookup.Found.class);
        cache.close();
    }
}

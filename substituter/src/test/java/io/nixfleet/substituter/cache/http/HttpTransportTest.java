package io.nixfleet.substituter.cache.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.HostileServer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HttpTransportTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String PASSWORD = "changeit";
    private static final int BIG = 100 << 20;

    @TempDir private static Path keys;
    private static final Vertx serverVertx = Vertx.vertx();

    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong sent = new AtomicLong();
    private final List<HttpTransport> transports = new ArrayList<>();

    @BeforeAll
    static void makeCertificate() throws Exception {
        Path store = keys.resolve("server.p12");
        var keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "server",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=localhost",
                                "-ext",
                                "san=dns:localhost",
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                PASSWORD,
                                "-keystore",
                                store.toString())
                        .inheritIO()
                        .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        var keyStore = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        String pem =
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(keyStore.getCertificate("server").getEncoded())
                        + "\n-----END CERTIFICATE-----\n";
        Files.writeString(keys.resolve("ca.pem"), pem);
    }

    @AfterAll
    static void closeServers() {
        serverVertx.close().await();
    }

    @AfterEach
    void closeTransports() {
        transports.forEach(HttpTransport::close);
    }

    private HttpTransport transport(Path... caFiles) {
        var transport =
                HttpTransport.open(
                        new HttpTransportOptions(
                                LIMIT, 4, 1 << 20, List.of(caFiles), "test", Proxies.NONE));
        transports.add(transport);
        return transport;
    }

    private HttpServer tlsServer(boolean http2) {
        var options =
                new HttpServerOptions()
                        .setHost("localhost")
                        .setPort(0)
                        .setSsl(true)
                        .setUseAlpn(http2)
                        .setKeyCertOptions(
                                new PfxOptions()
                                        .setPath(keys.resolve("server.p12").toString())
                                        .setPassword(PASSWORD));
        return serverVertx
                .createHttpServer(options)
                .connectionHandler(connection -> connections.incrementAndGet())
                .requestHandler(this::answer)
                .listen()
                .await();
    }

    private void answer(HttpServerRequest request) {
        if ("/version".equals(request.path())) {
            request.response().end(request.version() + " " + request.getHeader("User-Agent"));
        } else if ("/cut".equals(request.path())) {
            request.response().putHeader("Content-Length", "10").write("12345");
            request.response().reset();
        } else {
            request.response().putHeader("Content-Length", String.valueOf(BIG));
            send(request);
        }
    }

    private void send(HttpServerRequest request) {
        if (sent.get() < BIG) {
            Buffer piece = Buffer.buffer(new byte[64 * 1024]);
            Future<Void> written = request.response().write(piece);
            written.onSuccess(
                    ignored -> {
                        sent.addAndGet(piece.length());
                        send(request);
                    });
        } else {
            request.response().end();
        }
    }

    private static HttpGet get(String url) {
        return new HttpGet(URI.create(url), Map.of(), AddressRule.ANY, 1 << 20, 0, 0, bytes -> {});
    }

    private static String read(HttpTransport transport, String url)
            throws IOException, InterruptedException {
        try (var exchange = transport.start(get(url))) {
            assertThat(exchange.awaitHead(LIMIT).status()).isEqualTo(200);
            return new String(
                    exchange.body(Patience.until(LIMIT)).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String url(HttpServer server, String path) {
        return "https://localhost:" + server.actualPort() + path;
    }

    @Test
    void speaksHttp2WhereTlsAgreesOnIt() throws Exception {
        HttpServer server = tlsServer(true);
        HttpTransport transport = transport(keys.resolve("ca.pem"));

        for (int i = 0; i < 5; i++) {
            assertThat(read(transport, url(server, "/version")))
                    .isEqualTo(HttpVersion.HTTP_2 + " test");
        }
        assertThat(connections).hasValue(1);
    }

    @Test
    void speaksHttp1OverTlsWithoutAlpn() throws Exception {
        HttpServer server = tlsServer(false);

        assertThat(read(transport(keys.resolve("ca.pem")), url(server, "/version")))
                .isEqualTo(HttpVersion.HTTP_1_1 + " test");
    }

    @Test
    void refusesServerOfUnknownAuthority() {
        HttpServer server = tlsServer(true);

        assertThatThrownBy(() -> read(transport(), url(server, "/version")))
                .isInstanceOfSatisfying(
                        TransportException.class,
                        e -> assertThat(e.kind()).isEqualTo(TransportException.Kind.TLS))
                .hasMessageStartingWith("TLS failed: ");
    }

    @Test
    void refusesCertificateOfAnotherHost() {
        HttpServer server = tlsServer(true);
        String byAddress = url(server, "/version").replace("localhost", "127.0.0.1");

        assertThatThrownBy(() -> read(transport(keys.resolve("ca.pem")), byAddress))
                .isInstanceOfSatisfying(
                        TransportException.class,
                        e -> assertThat(e.kind()).isEqualTo(TransportException.Kind.TLS));
    }

    @Test
    void namesFileThatHoldsNoCertificates() throws IOException {
        Path file = Files.writeString(keys.resolve("empty.pem"), "nothing\n");

        assertThatThrownBy(() -> read(transport(file), "https://localhost:1/"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void namesHostThatIsUnknown() {
        assertThatThrownBy(() -> read(transport(), "http://cache.invalid/"))
                .isInstanceOf(TransportException.class)
                .hasMessage("the host name cache.invalid is unknown");
    }

    @Test
    void tellsOfHttp2StreamThatWasReset() throws Exception {
        HttpServer server = tlsServer(true);
        try (var exchange = transport(keys.resolve("ca.pem")).start(get(url(server, "/cut")))) {
            assertThatThrownBy(
                            () -> {
                                exchange.awaitHead(LIMIT);
                                exchange.body(Patience.until(LIMIT)).readAllBytes();
                            })
                    .isInstanceOfSatisfying(
                            TransportException.class,
                            e -> assertThat(e.kind()).isEqualTo(TransportException.Kind.BROKEN));
        }
    }

    @Test
    void slowReaderHoldsHttp2ServerBackAndLosesNothing() throws Exception {
        HttpServer server = tlsServer(true);
        HttpTransport transport = transport(keys.resolve("ca.pem"));
        try (var exchange = transport.start(get(url(server, "/big")))) {
            exchange.awaitHead(LIMIT);
            while (exchange.buffered() < 1 << 20) {
                Thread.onSpinWait();
            }
            assertThat(read(transport, url(server, "/version"))).startsWith("HTTP_2");
            assertThat(sent.get()).isLessThan(16 << 20);

            InputStream body = exchange.body(Patience.forProgress(LIMIT, 1));
            var buffer = new byte[64 * 1024];
            long read = 0;
            for (int count = 0; count >= 0; count = body.read(buffer)) {
                read += count;
                assertThat(exchange.buffered()).isLessThan(3 << 20);
            }
            assertThat(read).isEqualTo(BIG);
        }
    }

    @Test
    void leavesNoThreadAndNoSocketWhenClosed() throws Exception {
        try (var server = HostileServer.start()) {
            server.on("/", Answers.ok("x"));
            server.on("/endless", Answers.endlessBody());
            var before = eventLoops();
            HttpTransport transport = transport();
            read(transport, server.uri() + "/");
            HttpExchange abandoned = transport.start(get(server.uri() + "/endless"));
            abandoned.awaitHead(LIMIT);

            var ofTransport = eventLoops();
            ofTransport.removeAll(before);
            assertThat(ofTransport).isNotEmpty();
            transport.close();

            for (Thread thread : ofTransport) {
                assertThat(thread.join(LIMIT)).as("%s ended", thread).isTrue();
            }
            while (server.openConnections() > 0) {
                Thread.onSpinWait();
            }
        }
    }

    private static Set<Thread> eventLoops() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().contains("vert.x-eventloop"))
                .collect(Collectors.toSet());
    }

    /** As a cache behind a proxy that is near while the cache is far. */
    @Test
    void makesConnectionsAheadWhileTheFirstAnswerIsOnItsWay() throws Exception {
        Promise<Void> wide = Promise.promise();
        HttpServer server =
                serverVertx
                        .createHttpServer(
                                new HttpServerOptions()
                                        .setHost("localhost")
                                        .setPort(0)
                                        // Else a connection is told of with its first bytes.
                                        .setHttp2ClearTextEnabled(false))
                        .connectionHandler(
                                _ -> {
                                    if (connections.incrementAndGet() == 4) {
                                        wide.complete();
                                    }
                                })
                        .requestHandler(
                                request ->
                                        wide.future().onSuccess(_ -> request.response().end("ok")))
                        .listen()
                        .await();
        URI uri = URI.create("http://localhost:%d/".formatted(server.actualPort()));
        var first = new HttpGet(uri, Map.of(), AddressRule.ANY, 1 << 20, 0, 3, _ -> {});

        try (HttpExchange exchange = transport().start(first)) {
            assertThat(exchange.awaitHead(LIMIT).status()).isEqualTo(200);
        }
        assertThat(connections).hasValue(4);
    }

    /**
     * Vert.x gives a connection back to its pool when the last byte has arrived, even if it has
     * stopped reading from it for that exchange's sake.
     */
    @Test
    void answersWhileAnEarlierBodyWaitsForItsReader() throws Exception {
        int bound = 64 * 1024;
        HttpServer server =
                serverVertx
                        .createHttpServer(new HttpServerOptions().setHost("localhost").setPort(0))
                        .requestHandler(HttpTransportTest::sendInPieces)
                        .listen()
                        .await();
        HttpTransport transport = transport();
        for (int pieces = 8; pieces <= 24; pieces++) {
            URI uri = URI.create("http://localhost:%d/%d".formatted(server.actualPort(), pieces));
            try (HttpExchange unread = transport.start(download(uri, bound))) {
                unread.awaitHead(LIMIT);
                awaitBuffered(unread, bound);
                try (HttpExchange next = transport.start(download(uri.resolve("/0"), bound))) {
                    assertThat(next.awaitHead(Duration.ofSeconds(5)).status())
                            .as("after an unread body in %d pieces", pieces)
                            .isEqualTo(200);
                    next.body(Patience.until(LIMIT)).readAllBytes();
                }
                assertThat(unread.body(Patience.until(LIMIT)).readAllBytes())
                        .hasSize(bound + pieces);
            }
        }
    }

    /** As many bytes as are buffered, then, in a chunk each, as many more as the path says. */
    private static void sendInPieces(HttpServerRequest request) {
        int pieces = Integer.parseInt(request.uri().substring(1));
        var response = request.response().setChunked(true);
        if (pieces > 0) {
            response.write(Buffer.buffer(new byte[64 * 1024]));
        }
        for (int piece = 0; piece < pieces; piece++) {
            response.write(Buffer.buffer("x"));
        }
        response.end();
    }

    private static HttpGet download(URI uri, int bound) {
        return new HttpGet(uri, Map.of(), AddressRule.ANY, bound, 0, 0, _ -> {});
    }

    private static void awaitBuffered(HttpExchange exchange, int bytes) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (exchange.buffered() < bytes) {
            assertThat(System.nanoTime()).as("bytes buffered in time").isLessThan(end);
            Thread.onSpinWait();
        }
    }
}

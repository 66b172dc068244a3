package io.nixfleet.agent.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.Outcome;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatusEndpointsTest {
    private final Vertx vertx = Vertx.vertx();
    private final MemoryControl control = new MemoryControl();
    private final HttpClient client = HttpClient.newHttpClient();
    private StatusEndpoints endpoints;

    @BeforeEach
    void open() throws Exception {
        endpoints =
                StatusEndpoints.open(
                        vertx,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        control,
                        () -> "# HELP up Up.\n# TYPE up gauge\nup 1.0\n");
    }

    @AfterEach
    void close() throws Exception {
        endpoints.close();
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private HttpResponse<String> get(String target) throws IOException, InterruptedException {
        return client.send(request(target), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String target) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoints.port() + target))
                .timeout(Duration.ofSeconds(20))
                .build();
    }

    /** All that the server says to these bytes until it closes. */
    private String raw(String bytes) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), endpoints.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void givesMetricsWithTheVersionOfTheirFormat() throws Exception {
        var answer = get("/metrics");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValue("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.body()).endsWith("up 1.0\n");
    }

    @Test
    void isAliveAndReady() throws Exception {
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void saysWhyItIsNotReady() throws Exception {
        control.notReady("the state database cannot be written");

        var answer = get("/readyz");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("not ready: the state database cannot be written\n");
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
    }

    @Test
    void isNotAliveOnceItsLoopsHang() throws Exception {
        control.notAlive("polls hang");

        var answer = get("/healthz");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("not ok: polls hang\n");
    }

    @Test
    void tellsTheStatus() throws Exception {
        control.submit(
                new DeployRequest(
                        "d-1",
                        MemoryControl.WANTED,
                        Optional.of(MemoryControl.cacheWithSecrets()),
                        Action.SWITCH,
                        DeployRequest.Source.PUSH));

        var answer = get("/v1/status");

        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        JsonNode status = new ObjectMapper().readTree(answer.body());
        assertThat(status.path("machine_id").asText()).isEqualTo("web-1");
        assertThat(status.path("uptime_seconds").asDouble()).isEqualTo(3725.5);
        assertThat(status.path("phase").asText()).isEqualTo("fetching");
        assertThat(status.path("current").toString())
                .isEqualTo(
                        "{\"running\":\"%1$s\",\"profile\":{\"generation\":42,\"hash\":\"%1$s\"}}"
                                .formatted(MemoryControl.RUNNING));
        assertThat(status.path("desired").asText()).isEqualTo(MemoryControl.WANTED.toString());
        assertThat(status.path("deployment").toString())
                .isEqualTo(
                        ("{\"id\":\"d-1\",\"hash\":\"%s\",\"action\":\"switch\",\"source\":\"push\","
                             + "\"cache_url\":\"https://cache.example/nix\","
                             + "\"phase\":\"fetching\",\"started\":\"2026-03-01T10:00:00Z\","
                             + "\"reason\":null,\"outcome\":null}")
                                .formatted(MemoryControl.WANTED));
        assertThat(status.path("progress").toString())
                .isEqualTo("{\"done_paths\":3,\"paths\":40,\"done_bytes\":1024,\"bytes\":4096}");
        assertThat(status.path("next_poll").asText()).isEqualTo("2026-03-01T10:01:00Z");
        assertThat(status.path("health").path("results").path(1).toString())
                .isEqualTo(
                        "{\"check_name\":\"api\",\"duration_seconds\":3.0,\"status\":\"fail\","
                                + "\"message\":\"status 503\"}");
        assertThat(status.path("caches").toString())
                .isEqualTo(
                        "[{\"name\":\"https://cache.example/nix\",\"state\":\"troubled\","
                                + "\"fetched_paths\":3,\"failed_paths\":0,\"retries\":1,"
                                + "\"problem\":\"connection reset\","
                                + "\"asked\":\"2026-03-01T10:00:00Z\"}]");
        assertThat(status.has("needs_attention")).isTrue();
        assertThat(status.path("unsent_reports").asInt()).isEqualTo(2);
    }

    @Test
    void tellsNoSecretOfACacheUrl() throws Exception {
        control.submit(
                new DeployRequest(
                        "d-1",
                        MemoryControl.WANTED,
                        Optional.of(MemoryControl.cacheWithSecrets()),
                        Action.SWITCH,
                        DeployRequest.Source.PUSH));

        assertThat(get("/v1/status").body()).doesNotContain("hunter");
        control.end(new Outcome.Deployed("deployed"));
        assertThat(get("/v1/history").body()).contains("cache.example").doesNotContain("hunter");
    }

    @Test
    void givesAPageThatNoOtherPageCanUse() throws Exception {
        control.submit(
                new DeployRequest(
                        "d-1",
                        MemoryControl.WANTED,
                        Optional.of(MemoryControl.cacheWithSecrets()),
                        Action.SWITCH,
                        DeployRequest.Source.PUSH));

        var answer = get("/");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().map())
                .containsEntry("Content-Type", List.of("text/html; charset=utf-8"))
                .containsEntry("Cache-Control", List.of("no-store"))
                .containsEntry("X-Content-Type-Options", List.of("nosniff"))
                .containsEntry("Referrer-Policy", List.of("no-referrer"))
                .hasEntrySatisfying(
                        "Content-Security-Policy",
                        policy ->
                                assertThat(policy)
                                        .singleElement()
                                        .asString()
                                        .contains("default-src 'none'", "frame-ancestors 'none'"));
        assertThat(answer.body())
                .startsWith("<!DOCTYPE html>")
                .contains("<title>fetching 25 % · web-1</title>")
                .contains("https://cache.example/nix")
                .doesNotContain("hunter");
    }

    @Test
    void saysWhatThePageIsWithoutGivingIt() throws Exception {
        String answer = raw("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 200 OK\r\n")
                .containsIgnoringCase("content-type: text/html; charset=utf-8\r\n")
                .endsWith("\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
    void hasAPageThatTakesNothing(String method) throws Exception {
        var answer =
                client.send(
                        HttpRequest.newBuilder(request("/"), (_, _) -> true)
                                .method(method, HttpRequest.BodyPublishers.ofString("{}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).hasValue("GET, HEAD");
    }

    @ParameterizedTest
    @CsvSource({"limit=0", "limit=501", "limit=-1", "limit=x", "other=1", "limit=99999999999999"})
    void refusesALimitOfHistoryThatIsNone(String query) throws Exception {
        var answer = get("/v1/history?" + query);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"error\":\"the query of this path is limit=N, with N from 1 to"
                                + " 500\"}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"})
    void takesNothingButGet(String method) throws Exception {
        var answer =
                client.send(
                        HttpRequest.newBuilder(request("/v1/status"), (_, _) -> true)
                                .method(method, HttpRequest.BodyPublishers.ofString("{}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).hasValue("GET");
    }

    @Test
    void hasNothingThatDeploys() throws Exception {
        var answer =
                client.send(
                        HttpRequest.newBuilder(request("/v1/deploy"), (_, _) -> true)
                                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo("{\"error\":\"there is nothing at this path\"}\n");
    }

    @Test
    void refusesARequestLineThatIsTooLong() throws Exception {
        assertThat(raw("GET /" + "a".repeat(5000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .contains(" 414 ")
                .endsWith("{\"error\":\"the request line is too long\"}\n");
    }

    @Test
    void refusesHeadersThatAreTooLong() throws Exception {
        assertThat(raw("GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(9000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ")
                .endsWith("{\"error\":\"the headers are too long\"}\n");
    }

    @Test
    void refusesWhatIsNoHttp() throws Exception {
        assertThat(raw("\u0016\u0003\u0001 hello\r\n\r\n"))
                .contains(" 400 ")
                .endsWith("{\"error\":\"not an HTTP/1.1 request\"}\n");
    }

    @Test
    void saysItIsBusyWhenTooManyCallsHang() throws Exception {
        var latch = new CountDownLatch(1);
        control.stickAt(latch);
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 17; i++) {
            answers.add(client.sendAsync(request("/readyz"), HttpResponse.BodyHandlers.ofString()));
        }

        var first =
                (HttpResponse<?>)
                        CompletableFuture.anyOf(answers.toArray(CompletableFuture[]::new))
                                .get(20, TimeUnit.SECONDS);
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        latch.countDown();

        assertThat(first.statusCode()).isEqualTo(503);
        assertThat(first.body()).isEqualTo("{\"error\":\"busy: try again\"}\n");
        int ready = 0;
        for (var answer : answers) {
            ready += answer.get(20, TimeUnit.SECONDS).statusCode() == 200 ? 1 : 0;
        }
        assertThat(ready).isEqualTo(16);
    }

    @Test
    void closesConnectionsBeyondItsBound() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 64; i++) {
                var socket = new Socket(InetAddress.getLoopbackAddress(), endpoints.port());
                sockets.add(socket);
                socket.setSoTimeout(20_000);
                socket.getOutputStream()
                        .write(
                                "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
            try (var oneMore = new Socket(InetAddress.getLoopbackAddress(), endpoints.port())) {
                oneMore.setSoTimeout(20_000);
                assertThat(oneMore.getInputStream().read()).isEqualTo(-1);
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}

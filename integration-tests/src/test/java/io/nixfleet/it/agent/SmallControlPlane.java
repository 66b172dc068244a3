package io.nixfleet.it.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/** A control plane of one machine that serves any body, and keeps what it is told. */
final class SmallControlPlane implements AutoCloseable {
    static final String MACHINE = "web-1";

    private static final String BASE = "/api/v1/machines/" + MACHINE;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicReference<Optional<String>> desired =
            new AtomicReference<>(Optional.empty());
    private final List<Long> polls = new CopyOnWriteArrayList<>();
    private final List<String> reports = new CopyOnWriteArrayList<>();

    private SmallControlPlane(HttpServer server) {
        this.server = server;
    }

    static SmallControlPlane start() throws IOException {
        return startAt(0);
    }

    static SmallControlPlane startAt(int port) throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        var plane = new SmallControlPlane(server);
        server.createContext(BASE + "/desired-generation", plane::answerPoll);
        server.createContext(BASE + "/report", plane::takeReport);
        server.setExecutor(plane.threads);
        server.start();
        return plane;
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Answers polls with this body, byte for byte; an empty one wants nothing. */
    void desire(String body) {
        desired.set(Optional.of(body));
    }

    /** When polls came, by {@link System#nanoTime()}. */
    List<Long> polls() {
        return List.copyOf(polls);
    }

    /** The bodies of all reports so far. */
    List<String> reports() {
        return List.copyOf(reports);
    }

    /** The first report whose message contains the text, if it has come. */
    Optional<JsonNode> report(String message) {
        return reports.stream()
                .map(SmallControlPlane::json)
                .filter(report -> report.path("message").asText().contains(message))
                .findFirst();
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new AssertionError("no JSON: " + text, e);
        }
    }

    private void answerPoll(HttpExchange exchange) throws IOException {
        polls.add(System.nanoTime());
        byte[] body = desired.get().orElse("").getBytes(StandardCharsets.UTF_8);
        answer(exchange, body.length == 0 ? 404 : 200, body);
    }

    private void takeReport(HttpExchange exchange) throws IOException {
        reports.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        answer(exchange, 200, new byte[0]);
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

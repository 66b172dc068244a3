package io.nixfleet.it.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nixfleet.it.host.Await;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/** A control plane of one machine: says what it is told to, and keeps every report. */
final class RecordingControlPlane implements AutoCloseable {
    static final String MACHINE = "host";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String BASE = "/api/v1/machines/" + MACHINE;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicReference<Optional<ObjectNode>> desired =
            new AtomicReference<>(Optional.empty());
    private final AtomicReference<CountDownLatch> polls =
            new AtomicReference<>(new CountDownLatch(0));
    private final AtomicReference<CountDownLatch> answers =
            new AtomicReference<>(new CountDownLatch(0));
    private final AtomicInteger pollsSeen = new AtomicInteger();
    private final List<JsonNode> reports = new CopyOnWriteArrayList<>();

    private RecordingControlPlane(HttpServer server) {
        this.server = server;
    }

    static RecordingControlPlane startAt(InetAddress address) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(address, 0), 0);
        var plane = new RecordingControlPlane(server);
        server.createContext(BASE + "/desired-generation", plane::answerPoll);
        server.createContext(BASE + "/report", plane::takeReport);
        server.setExecutor(plane.threads);
        server.start();
        return plane;
    }

    URI uri() {
        InetSocketAddress address = server.getAddress();
        return URI.create(
                "http://%s:%d".formatted(address.getAddress().getHostAddress(), address.getPort()));
    }

    /** Wants a system on the machine from now on. */
    void desire(StorePath system, URI cache) {
        ObjectNode body = MAPPER.createObjectNode();
        body.put("hash", system.toString());
        body.put("cache_url", cache.toString());
        body.put("poll_hint", 1);
        desired.set(Optional.of(body));
    }

    /** How often the machine has asked. */
    int polls() {
        return pollsSeen.get();
    }

    /** Lets polls wait for their answer until the result is closed. */
    AutoCloseable holdPolls() {
        return hold(polls);
    }

    /** Takes reports, and lets them wait for their answer until the result is closed. */
    AutoCloseable holdReports() {
        return hold(answers);
    }

    private static AutoCloseable hold(AtomicReference<CountDownLatch> gate) {
        var closed = new CountDownLatch(1);
        gate.set(closed);
        return closed::countDown;
    }

    /** All reports so far, in the order in which they came. */
    List<JsonNode> reports() {
        return List.copyOf(reports);
    }

    /** The first report from the given position on that fits, once it has come. */
    JsonNode awaitReport(String what, int from, Predicate<JsonNode> fits) {
        return Await.value(
                () -> "a report: " + what + ", but there are " + reports,
                Await.LIMIT,
                () -> reports.stream().skip(from).filter(fits).findFirst());
    }

    /** A poll that begins after this call. */
    void awaitNextPoll(Duration limit) {
        int before = polls();
        Await.until("the machine polls", limit, () -> polls() > before);
    }

    private void answerPoll(HttpExchange exchange) throws IOException {
        pollsSeen.incrementAndGet();
        await(polls.get());
        Optional<ObjectNode> body = desired.get();
        if (body.isEmpty()) {
            answer(exchange, 404, new byte[0]);
            return;
        }
        answer(exchange, 200, MAPPER.writeValueAsBytes(body.get()));
    }

    private void takeReport(HttpExchange exchange) throws IOException {
        reports.add(MAPPER.readTree(exchange.getRequestBody()));
        await(answers.get());
        answer(exchange, 200, new byte[0]);
    }

    private static void await(CountDownLatch gate) throws IOException {
        try {
            if (!gate.await(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("the test never let the answer go");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
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

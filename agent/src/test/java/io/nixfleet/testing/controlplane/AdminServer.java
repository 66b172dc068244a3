package io.nixfleet.testing.controlplane;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Commands a scripted control plane that runs as a process of its own, over plain HTTP.
 *
 * <pre>
 * PUT    /admin/desired/{id}          the body to serve, byte for byte
 * DELETE /admin/desired/{id}          nothing is desired
 * GET    /admin/reports/{id}?from=N   an array of the reports from number N (else 0) on
 * GET    /admin/received/{id}?from=N  as above, each as {"received_at": RFC 3339, "report": …}
 * GET    /admin/polls/{id}            {"count": all of them, "last": [RFC 3339, …]}
 * GET    /admin/requests              {"count": all of them, "connections": all of them}
 * GET    /admin/verdict/{id}          healthy, pending or unhealthy
 * PUT    /admin/fault                 {"kind": "slow", "millis": 500, "calls": "poll", "times": 3}
 * POST   /admin/restart               caches of what is desired are forgotten, connections closed
 * </pre>
 */
final class AdminServer implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final ScriptedControlPlane controlPlane;
    private final HttpServer server;

    AdminServer(InetSocketAddress address, ScriptedControlPlane controlPlane) throws IOException {
        this.controlPlane = controlPlane;
        this.server = HttpServer.create(address, 0);
        server.createContext("/admin/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            HttpAnswer answer;
            try {
                answer = answer(exchange);
            } catch (JsonProcessingException | IllegalArgumentException e) {
                answer = HttpAnswer.text(400, e.getMessage() + "\n");
            }
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", answer.contentType());
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private HttpAnswer answer(HttpExchange exchange) throws IOException {
        String[] path = exchange.getRequestURI().getPath().split("/", 4);
        String what = exchange.getRequestMethod() + " " + path[2];
        String id = path.length > 3 ? path[3] : "";
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        return switch (what) {
            case "PUT desired" -> {
                controlPlane.fleet().desire(id, body);
                yield HttpAnswer.empty(204);
            }
            case "DELETE desired" -> {
                controlPlane.fleet().desireNothing(id);
                yield HttpAnswer.empty(204);
            }
            case "GET reports" ->
                    Json.answer(reports(exchange, id).stream().map(ReceivedReport::json));
            case "GET received" ->
                    Json.answer(reports(exchange, id).stream().map(AdminServer::received));
            case "GET polls" -> Json.answer(200, polls(controlPlane.fleet().polls(id)));
            case "GET requests" ->
                    Json.answer(
                            200,
                            Json.object()
                                    .put("count", controlPlane.requestCount())
                                    .put("connections", controlPlane.connections()));
            case "GET verdict" ->
                    HttpAnswer.text(
                            200,
                            controlPlane.fleet().judge(id).name().toLowerCase(Locale.ROOT) + "\n");
            case "PUT fault" -> {
                controlPlane.fault(plan(MAPPER.readTree(body)));
                yield HttpAnswer.empty(204);
            }
            case "POST restart" -> {
                controlPlane.restart();
                yield HttpAnswer.empty(204);
            }
            default -> HttpAnswer.text(404, "no such command: " + what + "\n");
        };
    }

    private List<ReceivedReport> reports(HttpExchange exchange, String id) {
        String query = exchange.getRequestURI().getQuery();
        if (query == null) {
            return controlPlane.fleet().reports(id);
        }
        if (!query.startsWith("from=")) {
            throw new IllegalArgumentException("the only parameter is from");
        }
        return controlPlane.fleet().reports(id, Long.parseLong(query.substring("from=".length())));
    }

    private static ObjectNode received(ReceivedReport report) {
        return Json.object()
                .put("received_at", report.receivedAt().toString())
                .set("report", report.json());
    }

    private static ObjectNode polls(Polls polls) {
        return Json.object()
                .put("count", polls.count())
                .set("last", Json.texts(polls.last().stream().map(Instant::toString).toList()));
    }

    private static FaultPlan plan(JsonNode json) {
        Fault fault =
                switch (json.path("kind").asText()) {
                    case "none" -> new Fault.None();
                    case "slow" -> new Fault.Slow(Duration.ofMillis(json.path("millis").asLong()));
                    case "status" -> new Fault.Status(json.path("status").asInt(500));
                    case "garbage" -> new Fault.Garbage(json.path("body").asText("garbage"));
                    case "raw" -> new Fault.Raw(json.path("bytes").asText());
                    case "cut" -> new Fault.Cut();
                    case "close" -> new Fault.Close();
                    case "stall" -> new Fault.Stall();
                    case "refuse" -> new Fault.Refuse();
                    default ->
                            throw new IllegalArgumentException(
                                    "kind must be none, slow, status, garbage, raw, cut, close,"
                                            + " stall or refuse");
                };
        String calls = json.path("calls").asText("all").toUpperCase(Locale.ROOT);
        return new FaultPlan(
                fault, Calls.valueOf(calls), json.path("times").asInt(Integer.MAX_VALUE));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

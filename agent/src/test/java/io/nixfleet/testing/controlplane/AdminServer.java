package io.nixfleet.testing.controlplane;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/**
 * Commands a scripted control plane that runs as a process of its own, over plain HTTP.
 *
 * <pre>
 * PUT    /admin/desired/{id}   the body to serve, byte for byte
 * DELETE /admin/desired/{id}   nothing is desired
 * GET    /admin/reports/{id}   an array of all reports
 * GET    /admin/verdict/{id}   healthy, pending or unhealthy
 * PUT    /admin/fault          {"kind": "slow", "millis": 500, "calls": "poll", "times": 3}
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
            case "GET reports" -> HttpAnswer.json(reports(id));
            case "GET verdict" ->
                    HttpAnswer.text(
                            200,
                            controlPlane.fleet().judge(id).name().toLowerCase(Locale.ROOT) + "\n");
            case "PUT fault" -> {
                controlPlane.fault(plan(MAPPER.readTree(body)));
                yield HttpAnswer.empty(204);
            }
            default -> HttpAnswer.text(404, "no such command: " + what + "\n");
        };
    }

    private String reports(String id) {
        ArrayNode all = MAPPER.createArrayNode();
        controlPlane.fleet().reports(id).forEach(report -> all.add(report.json()));
        return all.toString();
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
                fault, FaultPlan.Calls.valueOf(calls), json.path("times").asInt(Integer.MAX_VALUE));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

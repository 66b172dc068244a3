package io.nixfleet.agent.endpoint;

import io.nixfleet.agent.control.AgentControl;
import io.nixfleet.agent.endpoint.page.StatusPage;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The metrics port: the page at {@code /}, {@code /metrics}, {@code /healthz}, {@code /readyz},
 * {@code /v1/status} and {@code /v1/history}. Nothing here can change the host.
 */
public final class StatusEndpoints implements AutoCloseable {
    private static final String HTML = "text/html; charset=utf-8";
    private static final String PLAIN = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final EndpointServer server;

    private StatusEndpoints(EndpointServer server) {
        this.server = server;
    }

    /**
     * Listens.
     *
     * @param metrics makes the text of {@code /metrics}, in Prometheus' format 0.0.4
     * @throws IOException when the address cannot be had
     */
    public static StatusEndpoints open(
            Vertx vertx, InetSocketAddress address, AgentControl control, Supplier<String> metrics)
            throws IOException, InterruptedException {
        return new StatusEndpoints(
                EndpointServer.open(
                        vertx,
                        SocketAddress.inetSocketAddress(address),
                        routes(control, metrics),
                        Gatekeeper.OPEN,
                        ServerLimits.DEFAULT,
                        Optional.empty()));
    }

    private static List<Route> routes(AgentControl control, Supplier<String> metrics) {
        var routes = new ArrayList<>(reading(control));
        Route.Call page = _ -> page(control);
        routes.addAll(List.of(Route.get("/", page), Route.head("/", page)));
        routes.add(Route.get("/metrics", _ -> Answer.text(200, PROMETHEUS, metrics.get())));
        routes.add(Route.immediate("/healthz", _ -> verdict("ok", control.whyNotAlive())));
        routes.add(Route.get("/readyz", _ -> verdict("ready", control.whyNotReady())));
        return routes;
    }

    private static Answer page(AgentControl control) {
        String html =
                StatusPage.html(
                        new StatusPage.Shown(
                                control.status(),
                                control.history(StatusPage.DEPLOYMENTS),
                                control.whyNotAlive(),
                                Instant.now()));
        return Answer.text(200, HTML, html).with(StatusPage.headers());
    }

    private static Answer verdict(String good, Optional<String> whyNot) {
        return whyNot.map(why -> Answer.text(503, PLAIN, "not %s: %s\n".formatted(good, why)))
                .orElseGet(() -> Answer.text(200, PLAIN, good + "\n"));
    }

    /** What every server lets its clients read. */
    static List<Route> reading(AgentControl control) {
        return List.of(
                Route.get("/v1/status", _ -> Answer.json(200, StatusJson.status(control.status()))),
                Route.get(
                        "/v1/history",
                        request ->
                                Answer.json(
                                        200,
                                        StatusJson.history(
                                                control.history(HistoryLimit.of(request))))));
    }

    /** The port, which the system chose if none was asked for. */
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.close();
    }
}

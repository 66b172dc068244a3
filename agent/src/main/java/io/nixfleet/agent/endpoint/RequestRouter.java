package io.nixfleet.agent.endpoint;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads requests on the event loop, has the right route answer, and writes what it says. */
final class RequestRouter implements Handler<HttpServerRequest> {
    private final Vertx vertx;
    private final List<Route> routes;
    private final Gatekeeper gatekeeper;
    private final ServerLimits limits;
    private final BoundedCalls calls;
    private final Connections connections;

    RequestRouter(
            Vertx vertx,
            List<Route> routes,
            Gatekeeper gatekeeper,
            ServerLimits limits,
            Connections connections) {
        this.vertx = vertx;
        this.routes = List.copyOf(routes);
        this.gatekeeper = gatekeeper;
        this.limits = limits;
        this.calls = new BoundedCalls(limits.calls());
        this.connections = connections;
    }

    @Override
    public void handle(HttpServerRequest request) {
        connections.asked(request.connection());
        var exchange = new Exchange(vertx, request, connections);
        Optional<Answer> refusal = gatekeeper.refuse(request);
        if (refusal.isPresent()) {
            exchange.answerEarly(refusal.get(), limits.request());
            return;
        }
        List<Route> here =
                routes.stream().filter(route -> route.path().equals(request.path())).toList();
        String method = request.method().name();
        Optional<Route> match =
                here.stream().filter(route -> route.method().equals(method)).findFirst();
        if (match.isPresent()) {
            dispatch(match.get(), request, exchange);
        } else {
            exchange.answerEarly(noRoute(here), limits.request());
        }
    }

    private static Answer noRoute(List<Route> here) {
        if (here.isEmpty()) {
            return Answer.error(404, "there is nothing at this path");
        }
        String allowed = here.stream().map(Route::method).collect(Collectors.joining(", "));
        return Answer.error(405, "this path takes " + allowed).with("Allow", allowed);
    }

    private void dispatch(Route route, HttpServerRequest request, Exchange exchange) {
        if (route.immediate()) {
            exchange.answerEarly(BoundedCalls.answer(route, Route.Request.EMPTY), limits.request());
            return;
        }
        Context context = vertx.getOrCreateContext();
        Optional<String> query = Optional.ofNullable(request.query());
        exchange.readBody(
                limits.bodyBytes(),
                limits.request(),
                body ->
                        calls.run(
                                route,
                                new Route.Request(query, body),
                                answer -> context.runOnContext(_ -> exchange.answer(answer))));
    }
}

package io.nixfleet.agent.endpoint;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerConfig;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An HTTP/1.1 server within {@link ServerLimits}. */
final class EndpointServer {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration LAST_ANSWERS = Duration.ofMillis(500);

    private final HttpServer server;

    private EndpointServer(HttpServer server) {
        this.server = server;
    }

    /**
     * Listens.
     *
     * @param tls empty for plain HTTP
     * @throws IOException when the address cannot be had
     */
    static EndpointServer open(
            Vertx vertx,
            SocketAddress address,
            List<Route> routes,
            Gatekeeper gatekeeper,
            ServerLimits limits,
            Optional<ServerSSLOptions> tls)
            throws IOException, InterruptedException {
        var config =
                new HttpServerConfig()
                        .setVersions(HttpVersion.HTTP_1_1)
                        .setIdleTimeout(limits.idle())
                        .setHandle100ContinueAutomatically(true)
                        .setHttp1Config(
                                new Http1ServerConfig()
                                        .setMaxInitialLineLength(limits.lineBytes())
                                        .setMaxHeaderSize(limits.headerBytes()));
        var connections = new Connections(vertx, limits);
        var builder =
                vertx.httpServerBuilder().with(config).withConnectHandler(connections::opened);
        if (tls.isPresent()) {
            config.getTcpConfig().setSsl(true);
            // The JDK's engine takes key managers as they are, of any kind of key.
            builder = builder.with(config).with(tls.get()).with(new JdkSSLEngineOptions());
        }
        HttpServer server =
                builder.build()
                        .requestHandler(
                                new RequestRouter(vertx, routes, gatekeeper, limits, connections))
                        .invalidRequestHandler(EndpointServer::malformed)
                        .exceptionHandler(_ -> {});
        await(server.listen(address), "listening on " + address);
        return new EndpointServer(server);
    }

    private static void malformed(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        Answer answer =
                switch (cause) {
                    case TooLongHttpLineException _ ->
                            Answer.error(414, "the request line is too long");
                    case TooLongHttpHeaderException _ ->
                            Answer.error(431, "the headers are too long");
                    case null, default -> Answer.error(400, "not an HTTP/1.1 request");
                };
        var _ =
                request.response()
                        .setStatusCode(answer.status())
                        .putHeader("Content-Type", answer.contentType())
                        .putHeader("Connection", "close")
                        .end(answer.body())
                        .onComplete(_ -> request.connection().close());
    }

    int port() {
        return server.actualPort();
    }

    /** New connections use these; those that are open go on. */
    void update(ServerSSLOptions tls) throws IOException, InterruptedException {
        await(server.updateSSLOptions(tls, true), "using new certificates");
    }

    /** Ends every connection, after a moment for the last answers. */
    void close() {
        try {
            await(server.shutdown(LAST_ANSWERS), "closing a server");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IOException _) {
            // It ends with the process.
        }
    }

    private static <T> void await(Future<T> future, String what)
            throws IOException, InterruptedException {
        try {
            future.toCompletionStage()
                    .toCompletableFuture()
                    .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new IOException("%s failed: %s".formatted(what, cause.getMessage()), cause);
        } catch (TimeoutException e) {
            throw new IOException("%s took longer than %s".formatted(what, LIMIT), e);
        }
    }
}

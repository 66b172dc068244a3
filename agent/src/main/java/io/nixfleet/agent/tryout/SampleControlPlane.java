package io.nixfleet.agent.tryout;

import io.nixfleet.agent.tls.TlsMaterial;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerConfig;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A control plane on loopback that wants one system of every machine, and takes every report. */
public final class SampleControlPlane implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final boolean secure;
    private final String desired;
    private final CountDownLatch polls;
    private final CountDownLatch reports;

    /**
     * @param tls with an identity: then it speaks TLS and demands certificates
     * @param desired the body of every answer to a poll
     * @param polls how many {@link #awaitCalls} waits for
     * @param reports the same
     */
    public SampleControlPlane(Optional<TlsMaterial> tls, String desired, int polls, int reports)
            throws IOException, InterruptedException {
        this.secure = tls.isPresent();
        this.desired = desired;
        this.polls = new CountDownLatch(polls);
        this.reports = new CountDownLatch(reports);
        var config = new HttpServerConfig().setVersions(HttpVersion.HTTP_1_1);
        var builder = vertx.httpServerBuilder().with(config);
        if (tls.isPresent()) {
            config.getTcpConfig().setSsl(true);
            builder = builder.with(config).with(options(tls.get())).with(new JdkSSLEngineOptions());
        }
        server = builder.build().requestHandler(this::answer);
        try {
            server.listen(0, "localhost")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the sample control plane could not listen on localhost", e);
        }
    }

    private static ServerSSLOptions options(TlsMaterial tls) throws IOException {
        var identity =
                tls.identity().orElseThrow(() -> new IOException("a server needs a certificate"));
        return new ServerSSLOptions()
                .setKeyCertOptions(KeyCertOptions.wrap(identity.keyManager()))
                .setTrustOptions(TrustOptions.wrap(tls.authorities().trustManager()))
                .setClientAuth(ClientAuth.REQUIRED);
    }

    private void answer(HttpServerRequest request) {
        if (request.method().equals(HttpMethod.GET)) {
            polls.countDown();
            request.response().putHeader("Content-Type", "application/json").end(desired);
        } else {
            request.body()
                    .onComplete(
                            _ -> {
                                reports.countDown();
                                request.response().setStatusCode(202).end();
                            });
        }
    }

    public URI uri() {
        return URI.create(
                "%s://localhost:%d".formatted(secure ? "https" : "http", server.actualPort()));
    }

    /** Waits for as many polls and reports as it was made for, and says whether they came. */
    public boolean awaitCalls() throws InterruptedException {
        return polls.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                && reports.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        var _ = vertx.close();
    }
}

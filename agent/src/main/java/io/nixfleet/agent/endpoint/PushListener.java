package io.nixfleet.agent.endpoint;

import io.nixfleet.agent.deploy.DeployRequest;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Takes deploy events over HTTPS. TLS 1.2 or later; a client needs a certificate of a trusted
 * authority, or the handshake fails, with a name on the allow-list, or it gets 403.
 */
public final class PushListener implements AutoCloseable {
    private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(5);

    private final EndpointServer server;
    private final ServerTls tls;

    private PushListener(EndpointServer server, ServerTls tls) {
        this.server = server;
        this.tls = tls;
    }

    /**
     * Listens.
     *
     * @param allowed the first common name or a DNS name of certificates that may push, compared
     *     exactly; at least one
     * @throws IOException when the address cannot be had or the certificates not be read
     */
    public static PushListener open(
            Vertx vertx,
            InetSocketAddress address,
            DeployEndpoints endpoints,
            ServerTls tls,
            Set<String> allowed)
            throws IOException, InterruptedException {
        var server =
                EndpointServer.open(
                        vertx,
                        SocketAddress.inetSocketAddress(address),
                        endpoints.routes(DeployRequest.Source.PUSH),
                        new AllowList(allowed),
                        ServerLimits.DEFAULT,
                        Optional.of(options(tls)));
        return new PushListener(server, tls);
    }

    private static ServerSSLOptions options(ServerTls tls) throws IOException {
        return new ServerSSLOptions()
                .setClientAuth(ClientAuth.REQUIRED)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"))
                .setKeyCertOptions(KeyCertOptions.wrap(tls.keyManager()))
                .setTrustOptions(TrustOptions.wrap(tls.trustManager()))
                .setSslHandshakeTimeout(HANDSHAKE_LIMIT.toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    }

    /**
     * Reads the certificates again, for the connections to come. After a failure the former ones
     * serve on.
     */
    public void reload() throws IOException, InterruptedException {
        server.update(options(tls));
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

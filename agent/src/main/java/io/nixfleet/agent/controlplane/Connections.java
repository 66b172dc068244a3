package io.nixfleet.agent.controlplane;

import io.nixfleet.agent.tls.TlsMaterial;
import io.nixfleet.substituter.cache.http.SmallVertx;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http1ClientConfig;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConfig;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The kept connections, made anew when the certificates changed. */
final class Connections implements AutoCloseable {
    /** Beyond the usual time between two polls: a TLS handshake takes more than all of a poll. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(75);

    /** After that a server's name is looked up again, and its certificate checked. */
    private static final Duration LIFETIME = Duration.ofMinutes(10);

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
    private static final int HEADER_LIMIT = 32 * 1024;
    private static final int SIZE = 4;

    private final Vertx vertx;
    private final Endpoint endpoint;
    private final Set<Lease> live = new HashSet<>();
    private @Nullable Lease current;
    private @Nullable TlsMaterial material;
    private boolean closed;

    Connections(Vertx vertx, Endpoint endpoint) {
        this.vertx = vertx;
        this.endpoint = endpoint;
    }

    /** A client that is used, and not closed before its last user is through. */
    final class Lease implements AutoCloseable {
        private final HttpClientAgent client;
        private final Set<HttpConnection> used = Collections.newSetFromMap(new WeakHashMap<>());
        private int users;
        private boolean retired;

        private Lease(HttpClientAgent client) {
            this.client = client;
        }

        HttpClient client() {
            return client;
        }

        /** Whether it is the first call on this connection. */
        boolean first(HttpConnection connection) {
            synchronized (Connections.this) {
                return used.add(connection);
            }
        }

        /** The user is through. */
        @Override
        public void close() {
            synchronized (Connections.this) {
                users--;
                endIfUnused();
            }
        }

        private void retire() {
            retired = true;
            endIfUnused();
        }

        private void endIfUnused() {
            if (retired && users == 0 && live.remove(this)) {
                client.close();
            }
        }
    }

    /** A client that presents the certificates of now. */
    synchronized Lease lease() throws ExchangeException {
        if (closed) {
            throw ExchangeException.unconnected(new IOException("the agent is stopping"));
        }
        TlsMaterial now = endpoint.secure() ? endpoint.tls().current() : null;
        Lease lease = current;
        if (lease == null || now != material) {
            forget();
            lease = new Lease(now == null ? plain() : secure(now));
            live.add(lease);
            current = lease;
            material = now;
        }
        lease.users++;
        return lease;
    }

    /** The next request makes a new connection; those under way end in peace. */
    synchronized void forget() {
        if (current != null) {
            current.retire();
            current = null;
        }
    }

    private HttpClientAgent plain() {
        return vertx.httpClientBuilder()
                .with(config())
                .with(pool())
                .withConnectHandler(connection -> connection.exceptionHandler(_ -> {}))
                .build();
    }

    private HttpClientAgent secure(TlsMaterial now) {
        // The JDK's engine, not BoringSSL, which signs with no Ed25519 key; a call a minute has no
        // need of speed.
        var tls =
                new ClientSSLOptions()
                        .setHostnameVerificationAlgorithm("HTTPS")
                        .setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"))
                        .setTrustOptions(TrustOptions.wrap(now.authorities().trustManager()))
                        .setSslHandshakeTimeout(connectLimit().toMillis())
                        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        now.identity()
                .ifPresent(own -> tls.setKeyCertOptions(KeyCertOptions.wrap(own.keyManager())));
        return vertx.httpClientBuilder()
                .with(config().setSsl(true))
                .with(pool())
                .with(tls)
                .with(new JdkSSLEngineOptions())
                .withConnectHandler(connection -> connection.exceptionHandler(_ -> {}))
                .build();
    }

    private HttpClientConfig config() {
        return new HttpClientConfig()
                .setVersions(HttpVersion.HTTP_1_1)
                .setConnectTimeout(connectLimit())
                .setHttp1Config(
                        new Http1ClientConfig()
                                .setKeepAliveTimeout(KEEP_ALIVE)
                                .setMaxHeaderSize(HEADER_LIMIT));
    }

    private Duration connectLimit() {
        return endpoint.timeout().compareTo(CONNECT_LIMIT) < 0 ? endpoint.timeout() : CONNECT_LIMIT;
    }

    private static PoolOptions pool() {
        return SmallVertx.pool()
                .setHttp1MaxSize(SIZE)
                .setMaxWaitQueueSize(SIZE * 4)
                .setMaxLifetimeUnit(TimeUnit.SECONDS)
                .setMaxLifetime((int) LIFETIME.toSeconds());
    }

    /** Ends every connection; calls under way fail. */
    @Override
    public synchronized void close() {
        closed = true;
        current = null;
        live.forEach(lease -> lease.client.close());
        live.clear();
    }
}

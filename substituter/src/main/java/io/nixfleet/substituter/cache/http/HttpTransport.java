package io.nixfleet.substituter.cache.http;

import io.netty.handler.ssl.OpenSsl;
import io.nixfleet.nix.encoding.FormatException;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http1ClientConfig;
import io.vertx.core.http.Http2ClientConfig;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientBuilder;
import io.vertx.core.http.HttpClientConfig;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import io.vertx.core.net.SSLEngineOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Connections to any number of hosts, and the few threads that serve them. HTTP/1.1 with
 * connections kept alive, HTTP/2 where TLS agrees on it. Safe for use by many threads. Open one,
 * share it, close it once.
 */
public final class HttpTransport implements AutoCloseable {
    /** As much as one read from a socket brings. */
    private static final int HTTP1_CHUNK = 64 * 1024;

    private static final int HEADER_LIMIT = 32 * 1024;
    private static final int STREAMS_PER_CONNECTION = 32;
    private static final int HTTP2_CONNECTIONS = 4;
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    /** Making a connection is faster within a data centre. */
    private static final Duration FAR = Duration.ofMillis(10);

    /** Most answers come sooner from nearby, also to code that has not run before. */
    private static final Duration SLOW = Duration.ofMillis(20);

    private final HttpTransportOptions options;
    private final Vertx vertx;
    private final boolean ownVertx;
    private final Set<HttpConnection> used = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private @Nullable HttpClientAgent plain;
    private @Nullable HttpClientAgent secure;

    private HttpTransport(HttpTransportOptions options, Vertx vertx, boolean ownVertx) {
        this.options = options;
        this.vertx = vertx;
        this.ownVertx = ownVertx;
    }

    /** With an event loop of its own. */
    public static HttpTransport open(HttpTransportOptions options) {
        // One event loop: it is busy a third of the time in the fastest fetch, and two cost more.
        return new HttpTransport(options, SmallVertx.open(), true);
    }

    /** On an event loop that others close, after this. */
    public static HttpTransport on(Vertx vertx, HttpTransportOptions options) {
        return new HttpTransport(options, vertx, false);
    }

    /**
     * Begins a request and returns without waiting for the answer. Blocks only to look the host up.
     *
     * @throws IOException when the host is unknown or a file of certificates cannot be read
     */
    public HttpExchange start(HttpGet get) throws IOException {
        URI uri = get.uri();
        boolean tls = uri.getScheme().equals("https");
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        var request =
                new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setHost(uri.getHost())
                        .setPort(port)
                        .setURI(target(uri))
                        .putHeader("User-Agent", options.userAgent());
        Optional<Proxies.Proxy> proxy = proxy(uri);
        if (proxy.isPresent()) {
            // The target's name is the proxy's to look up.
            request.setProxyOptions(proxyOptions(proxy.get(), get.attempt()));
        } else {
            String address = address(uri.getHost(), get.attempt(), get.addresses());
            request.setServer(SocketAddress.inetSocketAddress(port, address));
        }
        get.headers().forEach(request::putHeader);
        var exchange = new HttpExchange(new BodyBuffer(get.bodyBound(), get.received()));
        HttpClientAgent client = client(tls);
        long began = System.nanoTime();
        client.request(request)
                .onSuccess(
                        connected -> {
                            exchange.connected(connected, isKept(connected.connection()));
                            if (get.likelyMore() > 0
                                    && connected.version() == HttpVersion.HTTP_1_1) {
                                widenIfFar(began, exchange, client, request, get.likelyMore());
                            }
                        })
                .onFailure(cause -> exchange.broken(explained(cause, proxy)));
        return exchange;
    }

    /** Whether the connection served a request before; from now on it did. */
    private boolean isKept(HttpConnection connection) {
        if (!used.add(connection)) {
            return true;
        }
        connection.closeHandler(_ -> used.remove(connection));
        return false;
    }

    /**
     * Where making a connection takes long and serves one request at a time, those that will be
     * needed are made at once. A connection that was soon there may lead no farther than to a
     * proxy: an answer that is not tells.
     *
     * @param began when the connection was asked for, in {@link System#nanoTime()}
     */
    private void widenIfFar(
            long began,
            HttpExchange exchange,
            HttpClientAgent client,
            RequestOptions request,
            int count) {
        if (System.nanoTime() - began > FAR.toNanos()) {
            widen(client, request, count);
        } else {
            vertx.setTimer(
                    SLOW.toMillis(),
                    _ -> {
                        if (exchange.isUnanswered()) {
                            widen(client, request, count);
                        }
                    });
        }
    }

    /** Nothing is sent over these connections yet; one that fails is made again by who needs it. */
    private static void widen(HttpClientAgent client, RequestOptions request, int count) {
        for (int i = 0; i < count; i++) {
            client.request(request)
                    .onSuccess(
                            unsent -> {
                                // Vert.x would log that nobody hears of its end.
                                unsent.exceptionHandler(_ -> {});
                                unsent.reset();
                            });
        }
    }

    private Optional<Proxies.Proxy> proxy(URI uri) throws TransportException {
        try {
            return options.proxies().forTarget(uri);
        } catch (FormatException e) {
            throw new TransportException(
                    TransportException.Kind.PROXY, String.valueOf(e.getMessage()), e);
        }
    }

    private ProxyOptions proxyOptions(Proxies.Proxy proxy, int attempt) throws IOException {
        var proxyOptions =
                new ProxyOptions()
                        .setType(ProxyType.HTTP)
                        .setHost(address(proxy.host(), attempt, AddressRule.ANY))
                        .setPort(proxy.port())
                        .setConnectTimeout(options.connectTimeout());
        proxy.authorization()
                .ifPresent(secret -> proxyOptions.setProxyAuthorization(secret.reveal()));
        return proxyOptions;
    }

    /** Who goes by a proxy wants to know that it was the proxy that failed. */
    private static Throwable explained(Throwable cause, Optional<Proxies.Proxy> proxy) {
        return proxy.isPresent() ? TransportException.ofProxy(cause, proxy.get().name()) : cause;
    }

    private static String target(URI uri) {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    /**
     * Looked up here, on the caller's thread, with the system's resolver: Vert.x's own does not
     * know all that /etc/nsswitch.conf may say, and Java's would block the event loop.
     */
    private static String address(String host, int attempt, AddressRule rule) throws IOException {
        try {
            InetAddress[] addresses = InetAddress.getAllByName(host);
            InetAddress chosen = addresses[attempt % addresses.length];
            if (!rule.allows(chosen)) {
                throw new TransportException(
                        TransportException.Kind.FORBIDDEN,
                        "led to %s, which is no address of another host's service"
                                .formatted(chosen.getHostAddress()));
            }
            return chosen.getHostAddress();
        } catch (UnknownHostException e) {
            throw new TransportException(
                    TransportException.Kind.BROKEN,
                    "the host name %s is unknown".formatted(host),
                    e);
        }
    }

    private HttpClientAgent client(boolean tls) throws IOException {
        synchronized (lock) {
            HttpClientAgent client = tls ? secure : plain;
            if (client == null) {
                client = tls ? secureClient() : plainClient();
                if (tls) {
                    secure = client;
                } else {
                    plain = client;
                }
            }
            return client;
        }
    }

    private HttpClientAgent plainClient() {
        HttpClientConfig config = config().setVersions(HttpVersion.HTTP_1_1);
        return builder(config).build();
    }

    private HttpClientAgent secureClient() throws IOException {
        var settings =
                new Http2Settings()
                        .setInitialWindowSize(options.http2Window())
                        .setPushEnabled(false)
                        .setMaxHeaderListSize(HEADER_LIMIT);
        HttpClientConfig config =
                config().setSsl(true)
                        .setVersions(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1)
                        .setHttp2Config(
                                new Http2ClientConfig()
                                        .setKeepAliveTimeout(KEEP_ALIVE)
                                        .setMultiplexingLimit(STREAMS_PER_CONNECTION)
                                        .setConnectionWindowSize(
                                                options.http2Window() * STREAMS_PER_CONNECTION)
                                        .setInitialSettings(settings));
        var tls =
                new ClientSSLOptions()
                        .setUseAlpn(true)
                        .setHostnameVerificationAlgorithm("HTTPS")
                        .setApplicationLayerProtocols(List.of("h2", "http/1.1"))
                        .setTrustOptions(TrustOptions.wrap(TrustRoots.load(options.extraCaFiles())))
                        .setSslHandshakeTimeout(options.connectTimeout().toMillis())
                        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        return builder(config).with(tls).with(tlsEngine()).build();
    }

    /**
     * BoringSSL where its library is there: the JVM's own ciphers are fast only once the optimizing
     * compiler has seen them.
     */
    private static SSLEngineOptions tlsEngine() {
        return OpenSsl.isAvailable()
                ? new OpenSSLEngineOptions().setSessionCacheEnabled(true)
                : new JdkSSLEngineOptions();
    }

    private HttpClientBuilder builder(HttpClientConfig config) {
        // Whoever uses a connection is told of its end; without a handler Vert.x would log it too.
        return vertx.httpClientBuilder()
                .with(config)
                .with(pool())
                .withConnectHandler(connection -> connection.exceptionHandler(_ -> {}));
    }

    private HttpClientConfig config() {
        return new HttpClientConfig()
                .setConnectTimeout(options.connectTimeout())
                .setHttp1Config(
                        new Http1ClientConfig()
                                .setKeepAliveTimeout(KEEP_ALIVE)
                                .setMaxChunkSize(HTTP1_CHUNK)
                                .setMaxHeaderSize(HEADER_LIMIT));
    }

    private PoolOptions pool() {
        return SmallVertx.pool()
                .setHttp1MaxSize(options.connections())
                .setHttp2MaxSize(HTTP2_CONNECTIONS);
    }

    /**
     * Ends every exchange, and with an event loop of its own every thread; for those it waits some
     * seconds at most.
     */
    @Override
    public void close() {
        if (!ownVertx) {
            synchronized (lock) {
                Stream.of(plain, secure)
                        .flatMap(Stream::ofNullable)
                        .forEach(HttpClientAgent::close);
            }
            return;
        }
        try {
            vertx.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("connections did not close: " + e.getMessage(), e);
        }
    }
}

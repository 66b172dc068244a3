package io.nixfleet.substituter.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.http.Proxies;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.ForwardProxy;
import io.nixfleet.testing.cache.HostileServer;
import io.nixfleet.testing.cache.NarInfos;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Caches that only a proxy can reach: their names are known to nobody here. */
class HttpProxyTest {
    private static final StorePath PATH = NarInfos.path('a');
    private static final String FILE = "/" + PATH.hashPart() + ".narinfo";
    private static final String TEXT =
            NarInfos.text(PATH, "nar/a.nar.zst", Compression.ZSTD, new byte[1]);
    private static final String LOGIN = basic("me:s3cret-proxy");

    private final HostileServer server = HostileServer.start().on(FILE, Answers.ok(TEXT));
    private final ForwardProxy proxy = ForwardProxy.start(LOGIN);
    private BinaryCaches caches = new BinaryCaches(CacheOptions.builder().build());

    @AfterEach
    void stop() {
        caches.close();
        proxy.close();
        server.close();
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private BinaryCache cache(String scheme, String user, String noProxy) {
        String url = "http://" + user + "@127.0.0.1:" + proxy.port();
        var environment = new HashMap<String, String>();
        environment.put("all_proxy", url);
        environment.put("no_proxy", noProxy);
        return cache(scheme, "cache.invalid", environment);
    }

    private BinaryCache cache(String scheme, String host, Map<String, String> environment) {
        caches.close();
        caches =
                new BinaryCaches(
                        CacheOptions.builder()
                                .proxies(Proxies.of(environment))
                                .retryPolicy(
                                        new RetryPolicy(
                                                2, Duration.ofMillis(1), Duration.ofMillis(1)))
                                .build());
        return caches.open(
                URI.create(
                        "%s://u:s3cret-url@%s:%d".formatted(scheme, host, server.uri().getPort())));
    }

    @Test
    void asksThroughTheProxyForHostsThatItAloneKnows() throws Exception {
        BinaryCache cache = cache("http", "me:s3cret-proxy", "");

        for (int i = 0; i < 5; i++) {
            assertThat(cache.lookup(PATH)).isInstanceOf(NarInfoLookup.Found.class);
        }

        String host = "cache.invalid:" + server.uri().getPort();
        assertThat(proxy.requests())
                .hasSize(5)
                .allMatch(line -> line.equals("GET http://" + host + FILE + " HTTP/1.1"));
        assertThat(server.requests())
                .allSatisfy(
                        request -> {
                            assertThat(request.header("Host")).isEqualTo(host);
                            assertThat(request.header("Authorization"))
                                    .isEqualTo(basic("u:s3cret-url"));
                        });
        assertThat(server.connections()).as("connections are kept").isLessThan(5);
    }

    @Test
    void tunnelsHttpsByConnect() throws Exception {
        // The server speaks no TLS: that it is asked to shows that the tunnel stands.
        String reason = reason(cache("https", "me:s3cret-proxy", ""));

        assertThat(reason).contains("through the proxy http://127.0.0.1:" + proxy.port());
        assertThat(proxy.requests())
                .first()
                .isEqualTo("CONNECT cache.invalid:%d HTTP/1.1".formatted(server.uri().getPort()));
    }

    @Test
    void saysThatTheProxyWantsALogin() throws Exception {
        assertThat(reason(cache("http", "me:s3cret-wrong", "")))
                .contains("HTTP status 407: the proxy wants a login");
        assertThat(proxy.requests()).hasSize(1);
        assertThat(reason(cache("https", "me:s3cret-wrong", "")))
                .contains("does not let us through: HTTP status: 407");
        assertThat(proxy.requests()).as("not retried").hasSize(2);
    }

    @Test
    void saysThatTheProxyIsNotThere() throws Exception {
        int port = proxy.port();
        proxy.close();

        assertThat(reason(cache("http", "me:s3cret-proxy", "")))
                .contains("through the proxy http://127.0.0.1:" + port);
    }

    @Test
    void saysWhatIsWrongWithTheVariable() throws Exception {
        assertThat(reason(cache("https", "c.invalid", Map.of("https_proxy", "socks5://p:1"))))
                .contains(
                        "the environment variable https_proxy names a proxy of the kind 'socks5'");
    }

    @Test
    void goesDirectlyWhereNoProxySaysSo() throws Exception {
        BinaryCache cache =
                cache(
                        "http",
                        "127.0.0.1",
                        Map.of("http_proxy", "http://p.invalid:1", "no_proxy", "127.0.0.0/8"));

        assertThat(cache.lookup(PATH)).isInstanceOf(NarInfoLookup.Found.class);
        assertThat(proxy.requests()).isEmpty();
    }

    /** Why it fails; neither that nor its causes hold a secret. */
    private static String reason(BinaryCache cache) throws InterruptedException {
        NarInfoLookup answer = cache.lookup(PATH);
        assertThat(answer).isInstanceOf(NarInfoLookup.Failed.class);
        CacheException reason = ((NarInfoLookup.Failed) answer).reason();
        var all = new StringWriter();
        reason.printStackTrace(new PrintWriter(all, true));
        assertThat(all.toString())
                .doesNotContain(
                        "s3cret", LOGIN.substring(6), basic("me:s3cret-wrong").substring(6));
        return reason.getMessage();
    }
}

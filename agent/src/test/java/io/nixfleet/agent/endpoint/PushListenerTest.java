package io.nixfleet.agent.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployRequest;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PushListenerTest {
    private static final String DEPLOY = "{\"hash\":\"" + MemoryControl.WANTED + "\"}";

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger ids = new AtomicInteger();
    private TestCertificates fleet;
    private TestCertificates strangers;
    private KeyStore operator;
    private RotatingTls tls;

    @BeforeAll
    void makeCertificates(@TempDir Path directory) throws Exception {
        fleet = new TestCertificates(directory, "fleet");
        strangers = new TestCertificates(directory, "strangers");
        operator = fleet.issue("/O=fleet/CN=operator");
        tls = new RotatingTls(fleet.issue("/CN=web-1"), fleet.trust());
    }

    @AfterAll
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /** Certificates that a test replaces. */
    private static final class RotatingTls implements ServerTls {
        private volatile KeyStore identity;
        private final X509TrustManager trust;
        private volatile boolean unreadable;

        RotatingTls(KeyStore identity, X509TrustManager trust) {
            this.identity = identity;
            this.trust = trust;
        }

        @Override
        public X509KeyManager keyManager() throws IOException {
            if (unreadable) {
                throw new IOException("/run/secrets/agent.key cannot be read");
            }
            try {
                return TestCertificates.keys(identity);
            } catch (GeneralSecurityException e) {
                throw new IOException(e);
            }
        }

        @Override
        public X509TrustManager trustManager() {
            return trust;
        }
    }

    private PushListener open(MemoryControl control, String... allowed) throws Exception {
        return PushListener.open(
                vertx,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new DeployEndpoints(control, () -> "generated-" + ids.incrementAndGet()),
                tls,
                Set.of(allowed));
    }

    private static HttpResponse<String> post(
            HttpClient client, PushListener listener, String path, String body)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + listener.port() + path))
                        .timeout(Duration.ofSeconds(20))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpClient client(SSLContext context) {
        return HttpClient.newBuilder().sslContext(context).build();
    }

    @Test
    void acceptsADeploymentAtOnce() throws Exception {
        var control = new MemoryControl();
        try (var listener = open(control, "operator");
                var client = client(fleet.client(operator))) {
            var answer =
                    post(
                            client,
                            listener,
                            "/v1/deploy",
                            ("{\"hash\":\"%s\",\"cache_url\":\"https://cache.example\","
                                            + "\"action\":\"boot\",\"id\":\"release-7\",\"new\":1}")
                                    .formatted(MemoryControl.WANTED));

            assertThat(answer.statusCode()).isEqualTo(202);
            assertThat(answer.body()).isEqualTo("{\"id\":\"release-7\"}\n");
            var request = control.submitted().remove().request();
            assertThat(request.system()).isEqualTo(MemoryControl.WANTED);
            assertThat(request.cacheUrl()).hasValue(URI.create("https://cache.example"));
            assertThat(request.action()).isEqualTo(Action.BOOT);
            assertThat(request.source()).isEqualTo(DeployRequest.Source.PUSH);
        }
    }

    @Test
    void reachesTheAgentWellWithinATenthOfASecondOnceWarm() throws Exception {
        var control = new MemoryControl();
        try (var listener = open(control, "operator");
                var client = client(fleet.client(operator))) {
            for (int i = 0; i < 20; i++) {
                post(client, listener, "/v1/deploy", DEPLOY);
            }
            control.submitted().clear();
            long best = Long.MAX_VALUE;
            for (int i = 0; i < 20; i++) {
                long sent = System.nanoTime();
                post(client, listener, "/v1/deploy", DEPLOY);
                best = Math.min(best, control.submitted().remove().nanos() - sent);
            }

            assertThat(Duration.ofNanos(best)).isLessThan(Duration.ofMillis(50));
        }
    }

    @Test
    void namesTheDeploymentUnderWayForTheSameSystem() throws Exception {
        try (var listener = open(new MemoryControl(), "operator");
                var client = client(fleet.client(operator))) {
            String id = post(client, listener, "/v1/deploy", DEPLOY).body();
            var again = post(client, listener, "/v1/deploy", DEPLOY);

            assertThat(again.statusCode()).isEqualTo(409);
            assertThat(again.body())
                    .isEqualTo(
                            "{\"error\":\"this system is being deployed already\","
                                    + id.substring(1));
        }
    }

    @Test
    void saysWhyASystemIsRefusedUntilItMayBeTriedAgain() throws Exception {
        var control = new MemoryControl();
        control.refuse(MemoryControl.WANTED);
        try (var listener = open(control, "operator");
                var client = client(fleet.client(operator))) {
            var refused = post(client, listener, "/v1/deploy", DEPLOY);
            var retry = post(client, listener, "/v1/retry", "");
            var accepted = post(client, listener, "/v1/deploy", DEPLOY);

            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(refused.body())
                    .isEqualTo(
                            "{\"error\":\"it was rolled back here; allow it again with retry\"}\n");
            assertThat(retry.body()).isEqualTo("{\"allowed\":1}\n");
            assertThat(accepted.statusCode()).isEqualTo(202);
        }
    }

    @Test
    void refusesATrustedNameThatIsNotListed() throws Exception {
        var control = new MemoryControl();
        try (var listener = open(control, "Operator", "web");
                var client = client(fleet.client(operator))) {
            var answer = post(client, listener, "/v1/deploy", DEPLOY);

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body())
                    .isEqualTo(
                            "{\"error\":\"the names of this certificate are not allowed:"
                                    + " 'operator'\"}\n");
            assertThat(control.submitted()).isEmpty();
        }
    }

    @Test
    void letsInByADnsName() throws Exception {
        KeyStore named = fleet.issue("/O=fleet", "ci.example", "ci2.example");
        try (var listener = open(new MemoryControl(), "ci2.example");
                var client = client(fleet.client(named))) {
            assertThat(post(client, listener, "/v1/deploy", DEPLOY).statusCode()).isEqualTo(202);
        }
    }

    @Test
    void readsTheFirstCommonNameOnly() throws Exception {
        X509Certificate certificate =
                (X509Certificate)
                        fleet.issue("/CN=first/OU=x/CN=second", "dns.example").getCertificate("1");

        assertThat(CertificateNames.of(certificate)).containsExactly("first", "dns.example");
    }

    @Test
    void failsTheHandshakeWithoutACertificate() throws Exception {
        var control = new MemoryControl();
        try (var listener = open(control, "operator");
                var client = client(fleet.anonymous())) {
            assertThatThrownBy(() -> post(client, listener, "/v1/deploy", DEPLOY))
                    .isInstanceOf(IOException.class);
            assertThat(control.submitted()).isEmpty();
        }
    }

    @Test
    void failsTheHandshakeForACertificateOfAnotherAuthority() throws Exception {
        var control = new MemoryControl();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                new X509KeyManager[] {TestCertificates.keys(strangers.issue("/CN=operator"))},
                new X509TrustManager[] {fleet.trust()},
                null);
        try (var listener = open(control, "operator");
                var client = client(context)) {
            assertThatThrownBy(() -> post(client, listener, "/v1/deploy", DEPLOY))
                    .isInstanceOf(IOException.class);
            assertThat(control.submitted()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void speaksTls(String version) throws Exception {
        var parameters = new SSLParameters();
        parameters.setProtocols(new String[] {version});
        try (var listener = open(new MemoryControl(), "operator");
                var client =
                        HttpClient.newBuilder()
                                .sslContext(fleet.client(operator))
                                .sslParameters(parameters)
                                .build()) {
            var answer = post(client, listener, "/v1/deploy", DEPLOY);

            assertThat(answer.statusCode()).isEqualTo(202);
            assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo(version);
        }
    }

    @Test
    void servesANewCertificateAfterAReloadAndTheFormerOneAfterAFailedOne() throws Exception {
        KeyStore first = tls.identity;
        try (var listener = open(new MemoryControl(), "operator")) {
            tls.identity = fleet.issue("/CN=renewed");
            assertThat(serverName(listener)).isEqualTo("CN=web-1");

            listener.reload();
            assertThat(serverName(listener)).isEqualTo("CN=renewed");

            tls.unreadable = true;
            assertThatThrownBy(listener::reload)
                    .hasMessage("/run/secrets/agent.key cannot be read");
            assertThat(serverName(listener)).isEqualTo("CN=renewed");
        } finally {
            tls.unreadable = false;
            tls.identity = first;
        }
    }

    private String serverName(PushListener listener) throws Exception {
        try (var client = client(fleet.client(operator))) {
            var answer = post(client, listener, "/v1/retry", "{}");
            var certificate =
                    (X509Certificate) answer.sslSession().orElseThrow().getPeerCertificates()[0];
            return certificate.getSubjectX500Principal().getName();
        }
    }

    @Test
    void needsANameToAllow() {
        assertThatThrownBy(() -> open(new MemoryControl()))
                .hasMessageContaining("the allow-list of certificate names is empty");
    }

    @Test
    void saysWhichAddressItCannotHave() throws Exception {
        try (var listener = open(new MemoryControl(), "operator")) {
            var taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.port());

            assertThatThrownBy(
                            () ->
                                    PushListener.open(
                                            vertx,
                                            taken,
                                            new DeployEndpoints(new MemoryControl(), () -> "x"),
                                            tls,
                                            Set.of("operator")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(":" + listener.port() + " failed: ");
        }
    }
}

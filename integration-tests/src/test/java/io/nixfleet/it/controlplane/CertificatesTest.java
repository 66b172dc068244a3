package io.nixfleet.it.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.host.Await;
import io.nixfleet.testing.controlplane.CertificateRequest;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import io.nixfleet.testing.controlplane.ServerTls;
import io.nixfleet.testing.controlplane.TestAuthority;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Certificates that expire, belong to others, or come from a host with another time. */
@Timeout(180)
class CertificatesTest {
    private static final TestAuthority AUTHORITY = TestAuthority.create("fleet authority");
    private static final TestAuthority OTHER = TestAuthority.create("other authority");

    @TempDir Path directory;

    private static ServerTls server(TestAuthority issuer, CertificateRequest request) {
        return ServerTls.of(issuer.issue(request), AUTHORITY);
    }

    private static ServerTls goodServer() {
        return server(AUTHORITY, CertificateRequest.server());
    }

    private PackagedDaemon start(
            ScriptedControlPlane controlPlane, TestAuthority issuer, CertificateRequest client)
            throws IOException {
        writeClient(issuer, client);
        return PackagedDaemon.in(directory, controlPlane.url())
                .with("--ca-cert", AUTHORITY.write(directory.resolve("ca.pem")).toString())
                .with("--client-cert", directory.resolve("client.pem").toString())
                .with("--client-key", directory.resolve("client-key.pem").toString())
                .start();
    }

    private void writeClient(TestAuthority issuer, CertificateRequest request) throws IOException {
        issuer.issue(request.withKey(1)).write(directory, "client");
    }

    private static CertificateRequest client() {
        return CertificateRequest.client(PackagedDaemon.MACHINE);
    }

    static Stream<Arguments> badServers() {
        return Stream.of(
                Arguments.of(
                        "expired",
                        server(AUTHORITY, CertificateRequest.server().expired()),
                        "expired at .*; renew it on the server"),
                Arguments.of(
                        "of a server whose clock is an hour ahead",
                        server(AUTHORITY, CertificateRequest.server().notYetValid()),
                        "is valid only from .*, and here it is .*; check this host's clock"),
                Arguments.of(
                        "of another authority",
                        server(OTHER, CertificateRequest.server()),
                        "is not signed by an authority trusted here .*CN=other authority.*"
                                + " give its authority with --ca-cert"),
                Arguments.of(
                        "of another host",
                        server(
                                AUTHORITY,
                                CertificateRequest.server().withHosts("elsewhere.example")),
                        "is for elsewhere.example, not for the host in its URL"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badServers")
    void tellsWhatIsWrongWithTheServersCertificate(String name, ServerTls bad, String words)
            throws Exception {
        try (var controlPlane = ScriptedControlPlane.secure(bad);
                var daemon = start(controlPlane, AUTHORITY, client())) {
            assertTells(daemon, words);
            assertThat(controlPlane.requests()).as("told to a stranger").isEmpty();

            controlPlane.use(goodServer());

            assertRecovers(daemon, controlPlane);
        }
    }

    static Stream<Arguments> badClients() {
        return Stream.of(
                Arguments.of(
                        "expired",
                        AUTHORITY,
                        client().expired(),
                        "refuses the client certificate of 'web-1' .*; it expired at .*: renew it"),
                Arguments.of(
                        "of a host whose clock is an hour behind",
                        AUTHORITY,
                        client().notYetValid(),
                        "refuses the client certificate of 'web-1' .*; it is valid only from .*:"
                                + " check the clocks"),
                Arguments.of(
                        "of another authority",
                        OTHER,
                        client(),
                        "refuses the client certificate of 'web-1' .*; it must be signed by an"
                                + " authority that the control plane trusts"),
                Arguments.of(
                        "of another machine",
                        AUTHORITY,
                        CertificateRequest.client("web-2"),
                        "answers 403: the CN of the client certificate is 'web-2', and the machine"
                                + " id is 'web-1'; they must be equal"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badClients")
    void tellsWhatIsWrongWithItsOwnCertificate(
            String name, TestAuthority issuer, CertificateRequest request, String words)
            throws Exception {
        try (var controlPlane = ScriptedControlPlane.secure(goodServer());
                var daemon = start(controlPlane, issuer, request)) {
            assertTells(daemon, words);

            writeClient(AUTHORITY, client());

            assertRecovers(daemon, controlPlane);
        }
    }

    @Test
    void notesThatTheServerCameToSpeakPlainHttp() throws Exception {
        try (var plain = ScriptedControlPlane.plain()) {
            writeClient(AUTHORITY, client());
            try (var daemon =
                    PackagedDaemon.in(directory, URI.create("https://localhost:" + plain.port()))
                            .with(
                                    "--ca-cert",
                                    AUTHORITY.write(directory.resolve("ca.pem")).toString())
                            .with("--client-cert", directory.resolve("client.pem").toString())
                            .with("--client-key", directory.resolve("client-key.pem").toString())
                            .start()) {
                assertTells(daemon, "does not speak TLS on this port; check --control-plane-url");
            }
        }
    }

    private static void assertTells(PackagedDaemon daemon, String words) {
        Await.until(
                "the reason is known: " + words,
                Await.LIMIT,
                () ->
                        daemon.awaitReadiness(503)
                                .matches("(?s)not ready: control plane .*" + words + "\n"));
        assertThat(daemon.status().path("last_poll_failure").asText()).matches(".*" + words);
        assertThat(daemon.log())
                .anyMatch(
                        event ->
                                event.path("message")
                                        .asText()
                                        .matches("poll failed: control plane .*" + words));
        assertThat(daemon.log())
                .noneMatch(event -> event.toString().contains("PRIVATE KEY"))
                .noneMatch(event -> event.has("stack"));
    }

    private static void assertRecovers(PackagedDaemon daemon, ScriptedControlPlane controlPlane)
            throws InterruptedException {
        assertThat(daemon.awaitReadiness(200)).isEqualTo("ready\n");
        var reports = controlPlane.fleet().awaitReports(PackagedDaemon.MACHINE, 2, Await.LIMIT);
        assertThat(reports.getFirst().message()).isEqualTo("started");
    }
}

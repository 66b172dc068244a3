package io.nixfleet.agent.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.agent.tls.TlsPaths;
import io.nixfleet.testing.controlplane.CertificateRequest;
import io.nixfleet.testing.controlplane.Fault;
import io.nixfleet.testing.controlplane.IssuedCertificate;
import io.nixfleet.testing.controlplane.KeyEncoding;
import io.nixfleet.testing.controlplane.KeyKind;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import io.nixfleet.testing.controlplane.ServerTls;
import io.nixfleet.testing.controlplane.TestAuthority;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class ControlPlaneTlsTest {
    private static final TestAuthority AUTHORITY = TestAuthority.create("fleet authority");
    private static final TestAuthority STRANGER = TestAuthority.create("another authority");
    private static final IssuedCertificate SERVER = AUTHORITY.issue(CertificateRequest.server());
    private static final IssuedCertificate WEB_1 =
            AUTHORITY.issue(CertificateRequest.client("web-1").withKey(1));

    private static Vertx vertx;

    @TempDir private Path directory;
    private ScriptedControlPlane server;

    @BeforeAll
    static void startVertx() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void closeVertx() {
        vertx.close().await();
    }

    @BeforeEach
    void start() throws IOException {
        server = ScriptedControlPlane.secure(ServerTls.of(SERVER, AUTHORITY));
        AUTHORITY.write(directory.resolve("ca.pem"));
        WEB_1.write(directory, "client");
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private TlsPaths paths() {
        return new TlsPaths(
                Optional.of(directory.resolve("ca.pem")),
                Optional.of(directory.resolve("client.pem")),
                Optional.of(directory.resolve("client-key.pem")));
    }

    private ControlPlane client() throws IOException {
        return client(server.url(), paths());
    }

    private static ControlPlane client(URI url, TlsPaths paths) throws IOException {
        return new ControlPlane(
                vertx,
                new ControlPlaneOptions(
                        url,
                        "web-1",
                        TlsFiles.open(paths),
                        Duration.ofSeconds(20),
                        "nixfleet-test",
                        false));
    }

    private String failure() throws Exception {
        try (var client = client()) {
            return failureOf(client.poll());
        }
    }

    private static String failureOf(PollAnswer answer) {
        assertThat(answer).isInstanceOf(PollAnswer.Failed.class);
        return ((PollAnswer.Failed) answer).reason();
    }

    private String at(String words) {
        return "control plane %s: %s".formatted(server.url(), words);
    }

    static Stream<Arguments> everyEncodingOfEveryKind() {
        return Arrays.stream(KeyKind.values())
                .flatMap(
                        kind ->
                                Arrays.stream(KeyEncoding.values())
                                        .filter(encoding -> encoding.fits(kind))
                                        .map(encoding -> Arguments.of(kind, encoding)));
    }

    @ParameterizedTest
    @MethodSource("everyEncodingOfEveryKind")
    void isKnownByItsCertificate(KeyKind kind, KeyEncoding encoding) throws Exception {
        IssuedCertificate own = AUTHORITY.issue(CertificateRequest.client("web-1").withKind(kind));
        Files.writeString(directory.resolve("client.pem"), own.certificatePem());
        Files.writeString(directory.resolve("client-key.pem"), own.keyPem(encoding));

        try (var client = client()) {
            assertThat(client.poll()).isEqualTo(new PollAnswer.NothingDesired());
            assertThat(client.send(Reports.saying("up-to-date")))
                    .isEqualTo(new SendAnswer.Accepted());
        }
    }

    @ParameterizedTest
    @EnumSource
    void trustsAServerWithAKeyOfEveryKind(KeyKind kind) throws Exception {
        server.use(
                ServerTls.of(
                        AUTHORITY.issue(CertificateRequest.server().withKind(kind)), AUTHORITY));

        try (var client = client()) {
            assertThat(client.poll()).isEqualTo(new PollAnswer.NothingDesired());
        }
    }

    @Test
    void trustsAServerByItsAddress() throws Exception {
        try (var client = client(URI.create("https://127.0.0.1:" + server.port()), paths())) {
            assertThat(client.poll()).isEqualTo(new PollAnswer.NothingDesired());
        }
    }

    @Test
    void takesRotatedCertificatesUpWhileItRuns() throws Exception {
        try (var client = client()) {
            assertThat(client.poll()).isEqualTo(new PollAnswer.NothingDesired());

            // The fleet moves to another authority.
            STRANGER.write(directory.resolve("ca.pem"));
            STRANGER.issue(CertificateRequest.client("web-1").withKey(3))
                    .write(directory, "client");
            server.use(ServerTls.of(STRANGER.issue(CertificateRequest.server()), STRANGER));

            assertThat(client.poll()).isEqualTo(new PollAnswer.NothingDesired());
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void keepsTheOldCertificatesWhileTheNewAreHalfWritten() throws Exception {
        try (var client = client()) {
            IssuedCertificate next = AUTHORITY.issue(CertificateRequest.client("web-1").withKey(3));
            Files.writeString(directory.resolve("client.pem"), next.certificatePem());
            assertThat(client.poll()).isEqualTo(new PollAnswer.NothingDesired());

            Files.writeString(directory.resolve("client-key.pem"), "-----BEGIN PRIVATE");
            assertThat(client.poll()).isEqualTo(new PollAnswer.NothingDesired());
            assertThat(server.connections()).isEqualTo(1);

            next.write(directory, "client");
            assertThat(client.poll()).isEqualTo(new PollAnswer.NothingDesired());
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void saysThatTheCertificateIsForAnotherMachine() throws Exception {
        AUTHORITY.issue(CertificateRequest.client("Web-1").withKey(1)).write(directory, "client");

        assertThat(failure())
                .isEqualTo(
                        at(
                                "answers 403: the CN of the client certificate is 'Web-1', and the"
                                        + " machine id is 'web-1'; they must be equal"));
        try (var client = client()) {
            assertThat(client.send(Reports.saying("x"))).isInstanceOf(SendAnswer.Failed.class);
        }
    }

    @Test
    void saysWhenTheServersCertificateExpired() throws Exception {
        IssuedCertificate expired = AUTHORITY.issue(CertificateRequest.server().expired());
        server.use(ServerTls.of(expired, AUTHORITY));

        assertThat(failure())
                .isEqualTo(
                        at(
                                "the server's certificate (CN=control plane) expired at %s; renew it on the server"
                                        .formatted(
                                                expired.certificate().getNotAfter().toInstant())));
    }

    @Test
    void hintsAtTheClockWhenTheServersCertificateIsNotYetValid() throws Exception {
        IssuedCertificate early = AUTHORITY.issue(CertificateRequest.server().notYetValid());
        server.use(ServerTls.of(early, AUTHORITY));

        assertThat(failure())
                .startsWith(
                        at(
                                "the server's certificate (CN=control plane) is valid only from "
                                        + early.certificate()
                                                .getNotBefore()
                                                .toInstant()
                                                .truncatedTo(ChronoUnit.SECONDS)))
                .endsWith("; check this host's clock");
    }

    @Test
    void saysThatTheServersAuthorityIsUnknown() throws Exception {
        server.use(ServerTls.of(STRANGER.issue(CertificateRequest.server()), AUTHORITY));

        assertThat(failure())
                .isEqualTo(
                        at(
                                "the server's certificate (CN=control plane) is not signed by an"
                                        + " authority trusted here (it names CN=another"
                                        + " authority); give its authority with --ca-cert"));
    }

    @Test
    void saysForWhichHostTheServersCertificateIs() throws Exception {
        server.use(
                ServerTls.of(
                        AUTHORITY.issue(CertificateRequest.server().withHosts("cp.example")),
                        AUTHORITY));

        assertThat(failure())
                .isEqualTo(
                        at(
                                "the server's certificate is for cp.example, not for the host in"
                                        + " its URL"));
    }

    @Test
    void saysThatTheClientCertificateIsOfAnotherAuthority() throws Exception {
        STRANGER.issue(CertificateRequest.client("web-1")).write(directory, "client");

        assertThat(failure())
                .startsWith(at("refuses the client certificate of 'web-1' (TLS alert "))
                .endsWith("); it must be signed by an authority that the control plane trusts");
    }

    @Test
    void saysWhenTheClientCertificateExpired() throws Exception {
        IssuedCertificate expired = AUTHORITY.issue(CertificateRequest.client("web-1").expired());
        expired.write(directory, "client");

        assertThat(failure())
                .startsWith(at("refuses the client certificate of 'web-1' (TLS alert "))
                .endsWith(
                        "); it expired at %s: renew it"
                                .formatted(expired.certificate().getNotAfter().toInstant()));
    }

    @Test
    void saysThatAClientCertificateIsWanted() throws Exception {
        var withoutOwn =
                new TlsPaths(
                        Optional.of(directory.resolve("ca.pem")),
                        Optional.empty(),
                        Optional.empty());
        try (var client = client(server.url(), withoutOwn)) {
            assertThat(failureOf(client.poll()))
                    .startsWith(at("wants a client certificate (TLS alert "))
                    .endsWith("); give --client-cert and --client-key");
        }
    }

    @Test
    void saysThatThePortDoesNotSpeakTls() throws Exception {
        try (var plain = ScriptedControlPlane.plain();
                var client = client(URI.create("https://localhost:" + plain.port()), paths())) {
            assertThat(failureOf(client.poll()))
                    .isEqualTo(
                            "control plane https://localhost:%d: does not speak TLS on this port;"
                                    + " check --control-plane-url",
                            plain.port());
        }
    }

    @Test
    void recoversAfterTheServerWasAway() throws Exception {
        try (var client = client()) {
            client.poll();
            server.fault(new Fault.Refuse());
            // Whether the end of the connection of the first poll is known by now is a race.
            assertThat(failureOf(client.poll()))
                    .containsAnyOf("Connection refused", "closed the connection");

            server.fault(new Fault.None());
            assertThat(client.poll()).isEqualTo(new PollAnswer.NothingDesired());
        }
    }
}

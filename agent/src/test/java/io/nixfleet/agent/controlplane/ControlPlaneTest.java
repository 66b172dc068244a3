package io.nixfleet.agent.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.agent.tls.TlsPaths;
import io.nixfleet.protocol.DesiredGeneration;
import io.nixfleet.protocol.json.ProtocolJson;
import io.nixfleet.testing.controlplane.Fault;
import io.nixfleet.testing.controlplane.HttpRequest;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ControlPlaneTest {
    private static final String HASH = "/nix/store/00000000000000000000000000000000-system";
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static Vertx vertx;
    private static TlsFiles tls;

    private ScriptedControlPlane server;
    private ControlPlane client;

    @BeforeAll
    static void startVertx() throws IOException {
        vertx = Vertx.vertx();
        tls = TlsFiles.open(TlsPaths.NONE);
    }

    @AfterAll
    static void closeVertx() {
        vertx.close().await();
    }

    @BeforeEach
    void start() throws IOException {
        server = ScriptedControlPlane.plain();
        client = client(server.url(), "web-1", LIMIT);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
    }

    private static ControlPlane client(URI url, String machine, Duration limit) {
        return new ControlPlane(
                vertx, new ControlPlaneOptions(url, machine, tls, limit, "nixfleet-test", true));
    }

    private String failure() throws InterruptedException {
        assertThat(client.poll()).isInstanceOf(PollAnswer.Failed.class);
        // Once more: no failure spoils the next call.
        return failureOf(client.poll());
    }

    private static String failureOf(PollAnswer answer) {
        assertThat(answer).isInstanceOf(PollAnswer.Failed.class);
        return ((PollAnswer.Failed) answer).reason();
    }

    private String at(String words) {
        return "control plane %s: %s".formatted(server.url(), words);
    }

    @Test
    void pollsWhatIsDesired() throws Exception {
        server.fleet()
                .desire(
                        "web-1",
                        "{\"hash\":\"%s\",\"cache_url\":\"https://c\",\"poll_hint\":5,\"new\":1}"
                                .formatted(HASH));

        assertThat(client.poll())
                .isEqualTo(
                        new PollAnswer.Desired(
                                new DesiredGeneration(
                                        HASH,
                                        Optional.of("https://c"),
                                        Optional.of(Duration.ofSeconds(5)))));
        HttpRequest request = server.requests().getFirst();
        assertThat(request.target()).isEqualTo("/api/v1/machines/web-1/desired-generation");
        assertThat(request.header("user-agent")).isEqualTo("nixfleet-test");
        assertThat(request.header("accept")).isEqualTo("application/json");
        assertThat(request.header("authorization")).isEmpty();
    }

    @Test
    void pollsNothingOnAFreshFleet() throws Exception {
        assertThat(client.poll()).isEqualTo(new PollAnswer.NothingDesired());
    }

    @Test
    void sendsAReport() throws Exception {
        var report = Reports.saying("deployed");

        assertThat(client.send(report)).isEqualTo(new SendAnswer.Accepted());
        assertThat(server.fleet().reports("web-1"))
                .singleElement()
                .satisfies(r -> assertThat(r.raw()).isEqualTo(ProtocolJson.write(report)));
        assertThat(server.requests().getFirst().header("content-type"))
                .isEqualTo("application/json");
    }

    @Test
    void keepsItsConnectionUntilToldToForgetIt() throws Exception {
        client.poll();
        client.send(Reports.saying("up-to-date"));
        client.poll();
        assertThat(server.connections()).isEqualTo(1);

        client.forgetConnections();
        client.poll();
        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void callsAnewWhereAKeptConnectionHadEnded() throws Exception {
        assertThat(client.poll()).isEqualTo(new PollAnswer.NothingDesired());
        server.fault(new Fault.Close(), 1);

        assertThat(client.poll()).isEqualTo(new PollAnswer.NothingDesired());
        assertThat(server.connections()).isEqualTo(2);

        server.fault(new Fault.Close(), 1);
        assertThat(client.send(Reports.saying("deployed"))).isEqualTo(new SendAnswer.Accepted());
        assertThat(server.fleet().reports("web-1")).hasSize(1);
    }

    @Test
    void failsWhereANewConnectionEndsWithoutAnAnswer() throws Exception {
        server.fault(new Fault.Close(), 1);
        assertThat(client.poll()).isInstanceOf(PollAnswer.Failed.class);

        assertThat(client.poll()).isEqualTo(new PollAnswer.NothingDesired());
        server.fault(new Fault.Close(), 2);
        assertThat(client.poll()).isInstanceOf(PollAnswer.Failed.class);
    }

    @Test
    void failsWhereAnAnswerWasCutOff() throws Exception {
        client.poll();
        server.fault(new Fault.Cut(), 1);

        assertThat(client.poll()).isInstanceOf(PollAnswer.Failed.class);
    }

    @Test
    void trimsSlashesAndKeepsThePathOfTheBase() throws Exception {
        try (var other = client(URI.create(server.url() + "/fleet/a//"), "web-1", LIMIT)) {
            other.poll();
        }
        assertThat(server.requests().getFirst().target())
                .isEqualTo("/fleet/a/api/v1/machines/web-1/desired-generation");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "a b", "a+b", "ä?#%", "a..b"})
    void encodesTheMachineIdInThePath(String id) throws Exception {
        server.fleet().desire(id, "{\"hash\":\"%s\"}".formatted(HASH));
        try (var other = client(server.url(), id, LIMIT)) {
            assertThat(other.poll()).isInstanceOf(PollAnswer.Desired.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 413, 415, 422})
    void reportsThatAreRefusedForGoodAreRejected(int status) throws Exception {
        server.fault(new Fault.Status(status));

        assertThat(client.send(Reports.saying("deployed")))
                .isEqualTo(new SendAnswer.Rejected(at("answers " + status + ": scripted to fail")));
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 408, 429, 500, 502, 503})
    void reportsThatMayFareBetterLaterFail(int status) throws Exception {
        server.fault(new Fault.Status(status));

        assertThat(client.send(Reports.saying("deployed")))
                .isEqualTo(new SendAnswer.Failed(at("answers " + status + ": scripted to fail")));
        assertThat(failure()).isEqualTo(at("answers " + status + ": scripted to fail"));
    }

    @Test
    void aReportThatNoControlPlaneTakesIsRejectedUnsent() throws Exception {
        var report = Reports.saying("x", Collections.nCopies(1100, "t".repeat(1000)));

        assertThat(client.send(report))
                .isInstanceOfSatisfying(
                        SendAnswer.Rejected.class,
                        rejected ->
                                assertThat(rejected.reason())
                                        .endsWith("a control plane takes at most 1048576"));
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void saysWhatAMissingCertificateLeadsTo() throws Exception {
        server.fault(new Fault.Status(403));

        assertThat(failure())
                .isEqualTo(
                        at(
                                "answers 403: it wants to know this machine by a certificate; give"
                                        + " --client-cert and --client-key"));
    }

    @Test
    void doesNotFollowRedirects() throws Exception {
        server.fault(
                new Fault.Raw(
                        String.join(
                                "\r\n",
                                "HTTP/1.1 302 Found",
                                "Location: http://evil/",
                                "Content-Length: 0",
                                "",
                                "")));

        assertThat(failure())
                .contains("answers 302 and leads to 'http://evil/'", "--control-plane-url");
    }

    @Test
    void quotesGarbageShortAndWithoutControlCharacters() throws Exception {
        server.fault(new Fault.Garbage("<html>\u001b[31m\nred\u202e" + "x".repeat(500)));

        assertThat(failure())
                .isEqualTo(
                        at(
                                "answers what is not of its contract: the desired generation is not"
                                        + " JSON; it sent '<html>\\u001b[31m\\u000ared\\u202e"
                                        + "x".repeat(64)
                                        + "…'"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"hash\":7}",
                "{\"hash\":\"\"}",
                "{\"hash\":\"/nix/store/x\",\"poll_hint\":-1}",
                "{\"hash\":\"/nix/store/x\",\"poll_hint\":99999999999999999999}",
                "{\"hash\":\"/nix/sto"
            })
    void refusesBodiesThatAreNotOfTheContract(String body) throws Exception {
        server.fault(new Fault.Garbage(body));

        assertThat(failure()).startsWith(at("answers what is not of its contract: the desired"));
    }

    @Test
    void refusesAnEndlessBody() throws Exception {
        server.fault(
                new Fault.Raw(
                        "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"
                                + "x".repeat(2 << 20)));

        assertThat(failure())
                .isEqualTo(at("answers with more than 1 MiB, which no answer of its contract has"));
    }

    @Test
    void saysThatAnAnswerIsNotHttp() throws Exception {
        server.fault(new Fault.Raw("SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n"));

        assertThat(failure()).startsWith(at("answers what is not HTTP: "));
    }

    @Test
    void saysThatTheConnectionWasClosed() throws Exception {
        server.fault(new Fault.Close());
        assertThat(failure()).isEqualTo(at("closed the connection before its answer was complete"));

        server.fault(new Fault.Cut());
        assertThat(failure()).isEqualTo(at("closed the connection before its answer was complete"));

        server.fault(new Fault.None());
        assertThat(client.poll()).isEqualTo(new PollAnswer.NothingDesired());
    }

    @Test
    void saysThatNobodyListensAndRecovers() throws Exception {
        client.poll();
        server.fault(new Fault.Refuse());
        assertThat(failure()).startsWith("control plane ").contains("Connection refused");

        server.fault(new Fault.None());
        assertThat(client.poll()).isEqualTo(new PollAnswer.NothingDesired());
    }

    @Test
    void saysThatTheHostIsUnknown() throws Exception {
        try (var other = client(URI.create("http://no-such-host.invalid"), "web-1", LIMIT)) {
            assertThat(failureOf(other.poll()))
                    .isEqualTo(
                            "control plane http://no-such-host.invalid: the host name is unknown;"
                                    + " check --control-plane-url and this host's DNS");
        }
    }

    @Test
    void waitsForASlowAnswer() throws Exception {
        server.fault(new Fault.Slow(Duration.ofMillis(300)));

        assertThat(client.poll()).isEqualTo(new PollAnswer.NothingDesired());
    }

    @Test
    void givesUpAStalledCallAtItsLimit() throws Exception {
        server.fault(new Fault.Stall());
        try (var hasty = client(server.url(), "web-1", Duration.ofMillis(200))) {
            assertThat(failureOf(hasty.poll())).isEqualTo(at("no answer within 200 ms"));
            assertThat(hasty.send(Reports.saying("x")))
                    .isEqualTo(new SendAnswer.Failed(at("no answer within 200 ms")));
        }
    }

    @Test
    void failsCalmlyWhenItIsClosedUnderACall() throws Exception {
        server.fault(new Fault.Stall());
        var answer = new CompletableFuture<PollAnswer>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                answer.complete(client.poll());
                            } catch (InterruptedException e) {
                                answer.completeExceptionally(e);
                            }
                        });
        server.awaitRequests(1, LIMIT);

        client.close();

        assertThat(answer.get(2, TimeUnit.SECONDS)).isInstanceOf(PollAnswer.Failed.class);
        assertThat(failureOf(client.poll())).isEqualTo(at("the agent is stopping"));
    }

    @Test
    void forgettingConnectionsHarmsNoCall() throws Exception {
        var failures = new ConcurrentLinkedQueue<PollAnswer>();
        var pollers = new ArrayList<Thread>();
        for (int i = 0; i < 3; i++) {
            pollers.add(
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            for (int n = 0; n < 30; n++) {
                                                PollAnswer answer = client.poll();
                                                if (answer instanceof PollAnswer.Failed) {
                                                    failures.add(answer);
                                                }
                                            }
                                        } catch (InterruptedException _) {
                                            Thread.currentThread().interrupt();
                                        }
                                    }));
        }
        while (pollers.stream().anyMatch(Thread::isAlive)) {
            client.forgetConnections();
            Thread.onSpinWait();
        }

        assertThat(failures).isEmpty();
    }

    @Test
    void endsAtOnceWhenItsThreadIsInterrupted() throws Exception {
        server.fault(new Fault.Stall());
        var outcome = new CompletableFuture<Throwable>();
        Thread caller =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        client.poll();
                                        outcome.complete(new AssertionError("an answer"));
                                    } catch (InterruptedException e) {
                                        outcome.complete(e);
                                    }
                                });
        server.awaitRequests(1, LIMIT);

        caller.interrupt();

        assertThat(outcome.get(2, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    }
}

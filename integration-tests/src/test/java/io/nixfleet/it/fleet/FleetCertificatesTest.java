package io.nixfleet.it.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fleet.ControlPlaneHost.Received;
import io.nixfleet.it.host.Await;
import io.nixfleet.it.host.HostAgent;
import io.nixfleet.it.host.Recipe;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Certificates of machines and of those who push, as they change in the life of a fleet. */
@OnFleet
@Timeout(300)
class FleetCertificatesTest {
    private static final int PUSH_PORT = 9443;
    private static final int SLOW_BYTES_PER_SECOND = 64 * 1024;
    private static final int ROTATIONS = 10;

    private static Fleet fleet;
    private static FleetHost member;

    @BeforeAll
    static void open(Fleets fleets) {
        fleet = fleets.open(Fleet.Plan.of(FleetHost.Plan.named("host-1").with(listening("alice"))));
        member = fleet.host("host-1");
        fleet.start();
    }

    private static Map<String, Object> listening(String allowed) {
        return Map.of(
                "listen", Map.of("address", "0.0.0.0:" + PUSH_PORT, "allow", List.of(allowed)));
    }

    @BeforeEach
    void bringToItsFirstSystem() {
        fleet.bringTo("a");
    }

    @AfterEach
    void mend() {
        fleet.cache().serveAtFullSpeed();
        member.use(fleet.certificates(), member.request());
    }

    @Test
    @Scenario(
            value = "Certificates are rotated under load",
            says =
                    "Ten new pairs of certificate and key while the host polls every second,"
                        + " fetches and deploys: no poll fails, and the agent is not restarted.")
    void takesUpNewPairsUnderLoad() {
        String process = member.agent().mainPid();
        double failed = failedPolls();
        fleet.cache().serveSlowly(SLOW_BYTES_PER_SECOND);
        StorePath next = fleet.system(member, "large", Recipe::large);
        fleet.desire(member, next);
        member.agent().awaitPhase("fetching");

        for (int i = 1; i <= ROTATIONS; i++) {
            member.use(fleet.certificates(), member.request().withKey(i % 2));
            fleet.note(member, "certificate " + i);
            fleet.controlPlane().closeConnections();
            fleet.controlPlane().awaitNextPoll(member.name());
        }

        fleet.assertRuns(member, next);
        assertThat(member.agent().mainPid()).isEqualTo(process);
        assertThat(failedPolls()).isEqualTo(failed);
    }

    @Test
    @Scenario(
            value = "A certificate expires",
            says =
                    "The host cannot poll any more and says so on its own; a new certificate mends"
                            + " it without a restart, and every report arrives.")
    void saysSoWhenItsCertificateExpires() {
        String process = member.agent().mainPid();
        Instant now = Instant.now();
        member.use(
                fleet.certificates(),
                member.request().validBetween(now.minus(Duration.ofHours(1)), now.plusSeconds(5)));
        fleet.controlPlane().closeConnections();
        fleet.controlPlane().awaitNextPoll(member.name());
        Await.until(
                "the certificate has expired",
                Await.LIMIT,
                () -> Instant.now().isAfter(now.plusSeconds(6)));
        fleet.controlPlane().closeConnections();
        fleet.fault(member.name(), "its certificate has expired");

        Await.until(
                () -> "the status says so: " + member.agent().status(),
                Await.LIMIT,
                () ->
                        member.agent()
                                .status()
                                .map(status -> status.path("last_poll_failure").asText())
                                .filter(failure -> failure.contains("expired"))
                                .isPresent());
        fleet.awaitMetric(
                "clamp_max(nixfleet_agent_polls_total{instance=\"%s\",result=\"failed\"}, 1)",
                member, 1);
        StorePath next = fleet.system(member, "b");
        fleet.desire(member, next);

        member.use(fleet.certificates(), member.request());
        fleet.mended(member.name(), "a new certificate");

        fleet.assertRuns(member, next);
        fleet.awaitMetric("nixfleet_agent_unsent_reports{instance=\"%s\"}", member, 0);
        // The listener has it from the same files.
        Await.until(
                "the listener shows the new certificate",
                Await.LIMIT,
                FleetCertificatesTest::listenerIsTrusted);
        assertThat(member.agent().mainPid()).isEqualTo(process);
    }

    @Test
    @Scenario(
            value = "A name is revoked",
            says =
                    "Whoever could push yesterday is refused once the name is off the list, though"
                            + " the certificate is valid; another name can.")
    void refusesARevokedName() throws IOException {
        fleet.controlPlane().desireNothing(member.name());
        fleet.controlPlane().awaitNextPoll(member.name());
        StorePath first = fleet.system(member, "pushed-1");
        assertThat(push("alice", first)).isEqualTo(202);
        fleet.assertRuns(member, first);

        FleetHost.install(
                member.host(), fleet.controlPlane().uri(), fleet.certificates(), listening("bob"));
        member.host().run("systemctl", "restart", HostAgent.UNIT);
        fleet.note(member, "alice is off the list, bob is on it");

        StorePath second = fleet.system(member, "pushed-2");
        assertThat(push("alice", second)).isEqualTo(403);
        assertThat(push("bob", second)).isEqualTo(202);
        fleet.assertRuns(member, second);
        assertThat(
                        fleet.since(member).stream()
                                .filter(report -> report.message().equals("deployed"))
                                .map(Received::generation)
                                .filter(second.toString()::equals))
                .hasSize(1);
    }

    private static double failedPolls() {
        return member.agent().metric("nixfleet_agent_polls_total{result=\"failed\"}").orElse(0.0);
    }

    private static boolean listenerIsTrusted() {
        try {
            return call("alice", builder -> builder.GET(), "status") == 200;
        } catch (IOException _) {
            return false;
        }
    }

    private static int push(String name, StorePath system) throws IOException {
        return call(
                name,
                builder ->
                        builder.header("Content-Type", "application/json")
                                .POST(
                                        HttpRequest.BodyPublishers.ofString(
                                                "{\"hash\": \"%s\", \"cache_url\": \"%s\"}"
                                                        .formatted(
                                                                system,
                                                                fleet.cache().uri(Systems.WHOLE)))),
                "deploy");
    }

    private static int call(String name, UnaryOperator<HttpRequest.Builder> what, String endpoint)
            throws IOException {
        try (HttpClient client =
                HttpClient.newBuilder().sslContext(fleet.certificates().context(name)).build()) {
            var request =
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "https://%s:%d/v1/%s"
                                                    .formatted(
                                                            member.host().address(),
                                                            PUSH_PORT,
                                                            endpoint)))
                            .timeout(Duration.ofSeconds(20));
            return client.send(what.apply(request).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}

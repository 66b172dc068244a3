package io.nixfleet.it.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.it.host.Await;
import io.nixfleet.testing.controlplane.HttpRequest;
import io.nixfleet.testing.controlplane.ReceivedReport;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The two calls as a v0.1 control plane knows them, byte for byte. */
@Timeout(180)
class ContractTest {
    private static final String MACHINE = PackagedDaemon.MACHINE;
    private static final String POLL = "/api/v1/machines/web-1/desired-generation";
    private static final String REPORT = "/api/v1/machines/web-1/report";
    private static final String SYSTEM =
            "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-system-web+1?a=b";

    @TempDir Path directory;

    @Test
    void asksAndReportsAtOnceOnAFreshFleet() throws Exception {
        try (var controlPlane = ScriptedControlPlane.plain();
                var daemon =
                        PackagedDaemon.in(directory, controlPlane.url())
                                .with("--tags", "web,eu")
                                .start()) {
            List<ReceivedReport> reports =
                    controlPlane.fleet().awaitReports(MACHINE, 2, Await.LIMIT);
            daemon.awaitMetric("polls_total{result=\"ok\"}", 2);

            HttpRequest poll = first(controlPlane, "GET");
            assertThat(poll.target()).isEqualTo(POLL);
            assertThat(poll.body()).isEmpty();
            assertThat(poll.headers())
                    .containsOnlyKeys("host", "user-agent", "accept")
                    .containsEntry("host", "localhost:" + controlPlane.port())
                    .containsEntry("accept", "application/json");
            HttpRequest post = first(controlPlane, "POST");
            assertThat(post.target()).isEqualTo(REPORT);
            assertThat(post.headers())
                    .containsOnlyKeys(
                            "host", "user-agent", "accept", "content-type", "content-length")
                    .containsEntry("content-type", "application/json");
            assertStartUpReport(reports.getFirst());
            assertHealthReport(reports.get(1));
            assertThat(daemon.awaitReadiness(200)).isEqualTo("ready\n");
            assertThat(daemon.status().path("desired").isNull()).isTrue();
            assertThat(daemon.log())
                    .noneMatch(event -> event.path("level").asText().equals("warn"));
            assertThat(daemon.stop()).isEqualTo(143);
        }
    }

    private static void assertStartUpReport(ReceivedReport report) {
        assertThat(report.raw())
                .matches(
                        """
                        \\{"machine_id":"web-1","current_generation":"[^"]+","success":true,\
                        "message":"started","timestamp":"[0-9T:.-]+Z","tags":\\["web","eu"],\
                        "health":null,"agent_version":"[^"]+","uptime_seconds":[0-9]+}\
                        """);
        assertRecent(report.json());
    }

    private static void assertHealthReport(ReceivedReport report) {
        assertThat(report.raw())
                .matches(
                        """
                        \\{"machine_id":"web-1","current_generation":"[^"]+","success":true,\
                        "message":"health-check","timestamp":"[0-9T:.-]+Z","tags":\\["web","eu"],\
                        "health":\\{"results":\\[\\{"status":"pass","check_name":"fine",\
                        "duration_ms":[0-9]+}],"all_passed":true,"timestamp":"[0-9T:.-]+Z"},\
                        "agent_version":"[^"]+","uptime_seconds":[0-9]+}\
                        """);
        assertRecent(report.json().path("health"));
    }

    private static void assertRecent(JsonNode message) {
        Instant told = OffsetDateTime.parse(message.path("timestamp").asText()).toInstant();
        assertThat(Duration.between(told, Instant.now())).isBetween(Duration.ZERO, Await.LIMIT);
    }

    private static HttpRequest first(ScriptedControlPlane controlPlane, String method) {
        return controlPlane.requests().stream()
                .filter(request -> request.method().equals(method))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void trimsTheSlashesAfterTheBaseUrl() throws Exception {
        try (var controlPlane = ScriptedControlPlane.plain();
                var _ =
                        PackagedDaemon.in(directory, URI.create(controlPlane.url() + "///"))
                                .start()) {
            controlPlane.awaitRequests(4, Await.LIMIT);

            assertThat(controlPlane.requests())
                    .extracting(HttpRequest::target)
                    .containsOnly(POLL, REPORT);
        }
    }

    @Test
    void ignoresFieldsThatItDoesNotKnow() throws Exception {
        try (var controlPlane = ScriptedControlPlane.plain();
                var daemon = PackagedDaemon.in(directory, controlPlane.url()).start()) {
            controlPlane
                    .fleet()
                    .desire(
                            MACHINE,
                            """
                            {"signed_by": {"a": [1]}, "hash": "%s", "cache_url": null, \
                            "poll_hint": null, "rollout": 7}\
                            """
                                    .formatted(SYSTEM));

            Await.until(
                    "the daemon knows what is desired",
                    Await.LIMIT,
                    () -> daemon.status().path("desired").asText().equals(SYSTEM));
            daemon.awaitReadiness(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 2", "86400000000, 3000, 4000", "9223372036854775807, 3000, 4000"})
    void holdsAPollHintWithinReason(String hint, double least, double most) throws Exception {
        try (var controlPlane = ScriptedControlPlane.plain()) {
            controlPlane
                    .fleet()
                    .desire(
                            MACHINE,
                            "{\"hash\": \"%s\", \"poll_hint\": %s}".formatted(SYSTEM, hint));
            try (var daemon =
                    PackagedDaemon.in(directory, controlPlane.url())
                            .with("--poll-interval", "100")
                            .start()) {
                daemon.awaitMetric("polls_total{result=\"ok\"}", 1);

                JsonNode status = daemon.status();
                Instant next = Instant.parse(status.path("next_poll").asText());
                Instant last = Instant.parse(status.path("last_poll").asText());
                assertThat(Duration.between(last, next).toMillis() / 1000.0)
                        .isGreaterThan(least)
                        .isLessThan(most);
            }
        }
    }

    @Test
    void doesNotSpinOnAPollHintOfZero() throws Exception {
        try (var controlPlane = ScriptedControlPlane.plain()) {
            controlPlane
                    .fleet()
                    .desire(MACHINE, "{\"hash\": \"%s\", \"poll_hint\": 0}".formatted(SYSTEM));
            try (var daemon =
                    PackagedDaemon.in(directory, controlPlane.url())
                            .with("--poll-interval", "100")
                            .start()) {
                Instant before = Instant.now();
                daemon.awaitMetric("polls_total{result=\"ok\"}", 5);

                assertThat(Duration.between(before, Instant.now()))
                        .isGreaterThan(Duration.ofSeconds(3));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1.5", "\"5\"", "1e30", "99999999999999999999"})
    void saysWhichPollHintIsNone(String hint) throws Exception {
        try (var controlPlane = ScriptedControlPlane.plain()) {
            controlPlane
                    .fleet()
                    .desire(
                            MACHINE,
                            "{\"hash\": \"%s\", \"poll_hint\": %s}".formatted(SYSTEM, hint));
            try (var daemon = PackagedDaemon.in(directory, controlPlane.url()).start()) {
                assertThat(daemon.awaitReadiness(503)).isNotEmpty();
                daemon.awaitLog("field 'poll_hint' is not a number of seconds");

                assertThat(daemon.isAlive()).isTrue();
                assertThat(daemon.status().path("desired").isNull()).isTrue();
            }
        }
    }

    @Test
    void saysThatAHashIsNoStorePathAndDeploysNothing() throws Exception {
        try (var controlPlane = ScriptedControlPlane.plain()) {
            controlPlane.fleet().desire(MACHINE, "{\"hash\": \"/etc/passwd\", \"poll_hint\": 1}");
            try (var daemon = PackagedDaemon.in(directory, controlPlane.url()).start()) {
                JsonNode event = daemon.awaitLog("wants what cannot be deployed");
                assertThat(event.path("message").asText()).contains("/etc/passwd");
                daemon.awaitMetric("refusals_total{reason=\"malformed\"}", 1);
                assertThat(daemon.status().path("last").isNull()).isTrue();
            }
        }
    }
}

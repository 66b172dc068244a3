package io.nixfleet.it.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.it.host.Await;
import io.nixfleet.testing.controlplane.Fault;
import io.nixfleet.testing.controlplane.Fleet;
import io.nixfleet.testing.controlplane.ReceivedReport;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A control plane that goes wrong, and is well again. */
@Timeout(300)
class FaultsTest {
    private static final String ROUNDS =
            "health_check_duration_seconds_count{check_name=\"fine\",check_type=\"command\"}";

    @TempDir Path directory;

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of(new Fault.Status(500), "answers 500: scripted to fail"),
                Arguments.of(new Fault.Status(503), "answers 503: scripted to fail"),
                Arguments.of(new Fault.Raw("SSH-2.0-OpenSSH_9.2\r\n"), "answers what is not HTTP"),
                Arguments.of(
                        new Fault.Cut(), "closed the connection before its answer was complete"),
                Arguments.of(
                        new Fault.Close(), "closed the connection before its answer was complete"),
                Arguments.of(new Fault.Refuse(), "Connection refused"),
                Arguments.of(new Fault.Stall(), "no answer within 30 s"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void tellsAFaultAndCatchesUpAfterwards(Fault fault, String words) throws Exception {
        try (var controlPlane = ScriptedControlPlane.plain();
                var daemon = PackagedDaemon.in(directory, controlPlane.url()).start()) {
            daemon.awaitReadiness(200);
            controlPlane.fleet().awaitReports(PackagedDaemon.MACHINE, 2, Await.LIMIT);
            // One that arrived, but whose answer the fault cuts off, rightly comes twice.
            Await.until(
                    "no report is under way",
                    Await.LIMIT,
                    () -> daemon.status().path("unsent_reports").asInt() == 0);

            controlPlane.fault(fault);

            String expected = "control plane %s: %s".formatted(controlPlane.url(), words);
            assertThat(daemon.awaitReadiness(503)).startsWith("not ready: " + expected);
            assertThat(daemon.status().path("last_poll_failure").asText()).startsWith(expected);
            JsonNode event = daemon.awaitLog("poll failed: " + expected);
            assertThat(event.path("level").asText()).isEqualTo("warn");
            daemon.awaitLog("reports wait for the control plane: " + expected);
            Await.until(
                    "reports wait",
                    Await.LIMIT,
                    () -> daemon.status().path("unsent_reports").asInt() >= 3);
            daemon.awaitMetric("unsent_reports", 3);

            controlPlane.fault(new Fault.None());

            assertThat(daemon.awaitReadiness(200)).isEqualTo("ready\n");
            daemon.awaitLog("the control plane answers again");
            assertThat(daemon.status().path("last_poll_failure").isNull()).isTrue();
            awaitEachReportOnce(daemon, controlPlane.fleet());
        }
    }

    /** Each round of checks led to one report, and they came in the order of their making. */
    private static void awaitEachReportOnce(PackagedDaemon daemon, Fleet fleet) {
        Await.until(
                "as many reports of health as rounds of checks",
                Await.LIMIT,
                () ->
                        daemon.metric(ROUNDS).orElseThrow()
                                == messages(fleet).stream().filter("health-check"::equals).count());
        List<ReceivedReport> reports = fleet.reports(PackagedDaemon.MACHINE);
        assertThat(messages(fleet).getFirst()).isEqualTo("started");
        assertThat(messages(fleet)).filteredOn("started"::equals).hasSize(1);
        assertThat(reports).extracting(ReceivedReport::raw).doesNotHaveDuplicates();
        assertThat(reports.stream().map(FaultsTest::timestamp).toList()).isSorted();
    }

    private static List<String> messages(Fleet fleet) {
        return fleet.reports(PackagedDaemon.MACHINE).stream().map(ReceivedReport::message).toList();
    }

    private static Instant timestamp(ReceivedReport report) {
        return Instant.parse(report.json().path("timestamp").asText());
    }

    @ParameterizedTest
    @MethodSource("garbage")
    void tellsWhatItWasSentInPlaceOfAnAnswer(String garbage, String words) throws Exception {
        try (var controlPlane = ScriptedControlPlane.plain();
                var daemon = PackagedDaemon.in(directory, controlPlane.url()).start()) {
            daemon.awaitReadiness(200);

            controlPlane.fault(new Fault.Garbage(garbage));

            assertThat(daemon.awaitReadiness(503)).contains(words);
            daemon.awaitLog(words);

            controlPlane.fault(new Fault.None());

            daemon.awaitReadiness(200);
        }
    }

    static Stream<Arguments> garbage() {
        return Stream.of(
                Arguments.of("<html>Log in</html>", "it sent '<html>Log in</html>'"),
                Arguments.of("{}", "has no text in its field 'hash'"),
                Arguments.of("[[[[", "is not JSON"),
                Arguments.of("[".repeat(200_000), "is not JSON"),
                Arguments.of(
                        "{\"hash\":\"%s\"}".formatted("x".repeat(2 << 20)),
                        "answers with more than 1 MiB"),
                Arguments.of("\u001b[2J{\"hash\": 1}", "it sent '\\u001b[2J"));
    }

    @Test
    void putsUpWithASlowControlPlane() throws Exception {
        try (var controlPlane = ScriptedControlPlane.plain()) {
            controlPlane.fault(new Fault.Slow(Duration.ofSeconds(3)));
            try (var daemon = PackagedDaemon.in(directory, controlPlane.url()).start()) {
                daemon.awaitMetric("polls_total{result=\"ok\"}", 2);
                controlPlane.fleet().awaitReports(PackagedDaemon.MACHINE, 2, Await.LIMIT);

                assertThat(daemon.awaitReadiness(200)).isEqualTo("ready\n");
                assertThat(daemon.metric("poll_duration_seconds_sum").orElseThrow())
                        .isGreaterThan(5);
                assertThat(daemon.log())
                        .noneMatch(event -> event.path("level").asText().equals("warn"));

                controlPlane.fault(new Fault.None());
                awaitEachReportOnce(daemon, controlPlane.fleet());
            }
        }
    }

    @Test
    void asksLessAndLessOftenAndSaysSoOnce() throws Exception {
        try (var controlPlane = ScriptedControlPlane.plain()) {
            controlPlane.fault(new Fault.Status(500));
            try (var daemon = PackagedDaemon.in(directory, controlPlane.url()).start()) {
                daemon.awaitMetric("polls_total{result=\"failed\"}", 4);

                Instant next = Instant.parse(daemon.status().path("next_poll").asText());
                assertThat(Duration.between(Instant.now(), next))
                        .as("8 s after the fourth failure, off by up to half, at retries of 1 s")
                        .isBetween(Duration.ofSeconds(3), Duration.ofSeconds(12));
                assertThat(daemon.log())
                        .filteredOn(event -> event.path("message").asText().contains("poll failed"))
                        .hasSize(1);
            }
        }
    }

    @Test
    void keepsUnsentReportsOverARestart() throws Exception {
        try (var controlPlane = ScriptedControlPlane.plain()) {
            controlPlane.fault(new Fault.Refuse());
            try (var daemon = PackagedDaemon.in(directory, controlPlane.url()).start()) {
                Await.until(
                        "reports wait",
                        Await.LIMIT,
                        () -> daemon.status().path("unsent_reports").asInt() >= 3);
                assertThat(daemon.stop()).isEqualTo(143);
            }
            controlPlane.fault(new Fault.None());
            try (var _ = PackagedDaemon.in(directory, controlPlane.url()).start()) {
                Await.until(
                        "reports of both lives came",
                        Await.LIMIT,
                        () ->
                                messages(controlPlane.fleet()).stream()
                                                .filter("started"::equals)
                                                .count()
                                        == 2);

                assertThat(
                                controlPlane.fleet().reports(PackagedDaemon.MACHINE).stream()
                                        .map(FaultsTest::timestamp)
                                        .toList())
                        .isSorted()
                        .hasSizeGreaterThanOrEqualTo(4);
                assertThat(messages(controlPlane.fleet()).getFirst()).isEqualTo("started");
            }
        }
    }
}

package io.nixfleet.agent.cycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.activation.FakeHost;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.agent.time.Ticks;
import io.nixfleet.protocol.Report;
import io.nixfleet.testing.controlplane.Fault;
import io.nixfleet.testing.controlplane.ReceivedReport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From what the agent says to what the control plane has. */
@Timeout(240)
class ReportsTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir Path dir;
    private CycleRig rig;

    @BeforeEach
    void setUp() throws Exception {
        rig = new CycleRig(dir);
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
    }

    private List<ReceivedReport> received(int count) throws Exception {
        return rig.server.fleet().awaitReports(CycleRig.MACHINE, count, LIMIT);
    }

    @Test
    void tellsAControlPlaneThatWantsNothingThatTheHostIsThere() throws Exception {
        CycleLife life = rig.live();
        life.run(life.polls::run).run(life.reports::run);
        rig.wallClock.advance(Duration.ofSeconds(90));
        life.reporter.started();

        ReceivedReport report = received(1).getFirst();
        assertThat(report.message()).isEqualTo("started");
        assertThat(report.json().path("machine_id").asText()).isEqualTo(CycleRig.MACHINE);
        assertThat(report.json().path("success").asBoolean()).isTrue();
        assertThat(report.json().path("current_generation").asText()).isEqualTo(rig.old.toString());
        assertThat(report.json().path("health").isNull()).isTrue();
        assertThat(report.json().path("tags").path(0).asText()).isEqualTo("prod");
        assertThat(report.json().path("agent_version").asText()).isEqualTo("1.2.3");
        assertThat(report.json().path("uptime_seconds").asLong()).isEqualTo(90);
        assertThat(Instant.parse(report.json().path("timestamp").asText()))
                .isEqualTo(rig.wallClock.instant());
    }

    @Test
    void sendsInOrderWhatWaitedForTheControlPlaneAndForTheNextLife() throws Exception {
        rig.server.fault(new Fault.Status(500));
        CycleLife first = rig.live();
        first.run(first.reports::run);
        first.reporter.started();
        first.reporter.applying();
        Await.until("a report fails", () -> rig.server.requests().size() > 2);
        assertThat(first.state.waitingReports()).isEqualTo(2);
        first.end();

        rig.server.fault(new Fault.None());
        CycleLife second = rig.live();
        second.run(second.reports::run);
        second.reporter.upToDate();

        assertThat(received(3))
                .extracting(ReceivedReport::message)
                .containsExactly("started", "applying", "up-to-date");
        Await.until("the outbox is empty", () -> second.state.waitingReports() == 0);
    }

    @Test
    void sendsAtOnceWhatComesWhileItSleeps() throws Exception {
        CycleLife life = rig.live();
        life.run(life.reports::run);
        life.reporter.started();
        received(1);

        life.reporter.upToDate();

        assertThat(received(2).getLast().message()).isEqualTo("up-to-date");
    }

    /** Pauses are over at once, and remembered. */
    private static final class Pauses implements Ticks {
        private final List<Duration> all = new CopyOnWriteArrayList<>();

        @Override
        public Duration now() {
            return Duration.ZERO;
        }

        @Override
        public void sleep(Duration duration) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Duration real(Duration duration) {
            all.add(duration);
            return Duration.ofMillis(1);
        }
    }

    @Test
    void retriesInNoStepWithOtherHosts() throws Exception {
        var pauses = new Pauses();
        rig.ticks = pauses;
        rig.server.fault(new Fault.Status(500));
        CycleLife life = rig.live();
        life.run(life.reports::run);
        life.reporter.started();
        Await.until("reports fail", () -> pauses.all.size() >= 30);

        int[] seconds = {2, 4, 8, 16, 32};
        for (int i = 0; i < seconds.length; i++) {
            assertThat(pauses.all.get(i).toMillis())
                    .isBetween(seconds[i] * 500L, Math.min(seconds[i] * 1500L, 60_000));
        }
        assertThat(pauses.all.subList(5, 30))
                .allMatch(pause -> pause.toSeconds() >= 30 && pause.toMillis() <= 60_000)
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x"})
    void cutsALongMessageBetweenTwoCharacters(String shift) throws Exception {
        CycleLife life = rig.live();
        life.run(life.reports::run);
        life.state.note(Reporter.ATTENTION_NOTE, shift + "é".repeat(3000));
        life.reporter.started();

        String message = received(1).getFirst().message();
        assertThat(message).isEqualTo(shift + "é".repeat(2048 - shift.length()));
        assertThat(message.getBytes(StandardCharsets.UTF_8).length)
                .isBetween(Report.MAX_MESSAGE_BYTES - 1, Report.MAX_MESSAGE_BYTES);
    }

    @Test
    void namesTheLongestGenerationAndNoneAtAll() throws Exception {
        CycleLife life = rig.live();
        String longest = "n".repeat(211 - "nixos-system-".length());
        rig.host.running(FakeHost.path(longest));
        life.reporter.started();
        Files.delete(rig.host.paths.currentSystem());
        life.reporter.started();

        assertThat(life.takeReports())
                .extracting(Report::currentGeneration)
                .containsExactly(FakeHost.path(longest).toString(), "unknown");
    }

    @Test
    void keepsTheVerdictOnARefusedSystemUntilAnotherIsDesired() throws Exception {
        CycleLife life = rig.live();
        life.state.refuse(new Refusal(FakeHost.path("new"), "rolled back: ill", Instant.EPOCH));
        life.reporter.started();
        life.desired.is(FakeHost.path("new"));
        life.reporter.health(life.health.check());
        life.reporter.upToDate();
        assertThat(life.takeMessages()).containsOnly("false rolled back: ill").hasSize(3);

        life.desired.is(rig.old);
        life.reporter.upToDate();
        assertThat(life.takeMessages()).containsExactly("true up-to-date");
    }

    @Test
    void tellsOfItsHealthAsItIs() throws Exception {
        CycleLife life = rig.live();
        life.reporter.health(life.health.check());
        Files.createFile(rig.sickness());
        life.reporter.health(life.health.check());

        List<Report> reports = life.takeReports();
        assertThat(reports.stream().map(CycleLife::line))
                .containsExactly("true health-check", "false health-check");
        assertThat(reports.getFirst().health().orElseThrow().allPassed()).isTrue();
        assertThat(reports.getLast().health().orElseThrow().allPassed()).isFalse();
    }

    @Test
    void saysNothingOfAnUptimeBelowZero() throws Exception {
        CycleLife life = rig.live();
        rig.wallClock.advance(Duration.ofDays(-400));
        life.reporter.started();

        assertThat(life.takeReports().getFirst().uptime()).isEqualTo(Duration.ZERO);
    }
}

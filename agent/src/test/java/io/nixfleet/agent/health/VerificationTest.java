package io.nixfleet.agent.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.agent.time.ManualTicks;
import io.nixfleet.protocol.CheckResult;
import io.nixfleet.protocol.HealthReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerificationTest {
    private static final Duration SETTLE = Duration.ofSeconds(2);
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final HealthReport WELL =
            new HealthReport(
                    List.of(new CheckResult.Pass("a", Duration.ZERO)), Instant.ofEpochSecond(1));
    private static final HealthReport ILL =
            new HealthReport(
                    List.of(new CheckResult.Fail("a", Duration.ZERO, "no")),
                    Instant.ofEpochSecond(2));

    private final ManualTicks ticks = new ManualTicks();
    private final List<Duration> rounds = new ArrayList<>();

    @Test
    void letsTheHostSettleFirst() throws Exception {
        assertThat(verify(Duration.ofMinutes(1), 1)).isEqualTo(new Verification.Verified(WELL));
        assertThat(ticks.pauses()).containsExactly(SETTLE);
    }

    @Test
    void asksAgainUntilTheHostIsWell() throws Exception {
        assertThat(verify(Duration.ofMinutes(1), 4)).isEqualTo(new Verification.Verified(WELL));
        assertThat(ticks.pauses()).containsExactly(SETTLE, INTERVAL, INTERVAL, INTERVAL);
    }

    @Test
    void asksOnceMoreAtTheDeadlineAndGivesUp() throws Exception {
        assertThat(verify(Duration.ofSeconds(12), 99)).isEqualTo(new Verification.Failed(ILL));
        assertThat(ticks.pauses())
                .containsExactly(SETTLE, INTERVAL, INTERVAL, Duration.ofSeconds(2));
    }

    @Test
    void countsTheTimeThatChecksTake() throws Exception {
        var verdict =
                new Verification(plan(Duration.ofSeconds(10)), ticks)
                        .run(
                                () -> {
                                    ticks.advance(Duration.ofSeconds(30));
                                    return ILL;
                                });

        assertThat(verdict).isEqualTo(new Verification.Failed(ILL));
        assertThat(ticks.pauses()).containsExactly(SETTLE);
    }

    @Test
    void asksOnceWithoutPatience() throws Exception {
        assertThat(verify(Duration.ZERO, 2)).isEqualTo(new Verification.Failed(ILL));
    }

    @Test
    void takesNoIntervalOfNothing() {
        assertThatThrownBy(
                        () -> new Verification.Plan(SETTLE, Duration.ZERO, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private Verification.Verdict verify(Duration deadline, int wellInRound) throws Exception {
        return new Verification(plan(deadline), ticks)
                .run(
                        () -> {
                            rounds.add(ticks.now());
                            return rounds.size() >= wellInRound ? WELL : ILL;
                        });
    }

    private static Verification.Plan plan(Duration deadline) {
        return new Verification.Plan(SETTLE, INTERVAL, deadline);
    }
}

package io.nixfleet.agent.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.protocol.DesiredGeneration;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PollScheduleTest {
    private static final PollAnswer FAILED = new PollAnswer.Failed("no");
    private static final PollAnswer NOTHING = new PollAnswer.NothingDesired();

    /** In the middle of the jitter. */
    private static final RandomGenerator STEADY = () -> 1L << 63;

    private static PollSchedule schedule(long pollSeconds, long retrySeconds) {
        return new PollSchedule(
                Duration.ofSeconds(pollSeconds), Duration.ofSeconds(retrySeconds), STEADY);
    }

    private static PollAnswer desired(Optional<Duration> hint) {
        return new PollAnswer.Desired(
                new DesiredGeneration("/nix/store/x", Optional.empty(), hint));
    }

    @Test
    void waitsThePollIntervalAfterAnAnswer() {
        var schedule = schedule(60, 30);

        assertThat(schedule.after(NOTHING)).isEqualTo(Duration.ofMinutes(1));
        assertThat(schedule.after(desired(Optional.empty()))).isEqualTo(Duration.ofMinutes(1));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "5, 5", "3600, 3600", "3601, 3600", "9223372036854775807, 3600"})
    void followsAHintWithinReasonOnce(long hint, long expected) {
        var schedule = schedule(60, 30);

        assertThat(schedule.after(desired(Optional.of(Duration.ofSeconds(hint)))))
                .isEqualTo(Duration.ofSeconds(expected));
        assertThat(schedule.after(desired(Optional.empty()))).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void backsOffToACeilingWhileItFailsAndForgetsItAfterwards() {
        var schedule = schedule(60, 30);

        assertThat(Stream.generate(() -> schedule.after(FAILED).toSeconds()).limit(7))
                .containsExactly(30L, 60L, 120L, 240L, 300L, 300L, 300L);
        schedule.after(NOTHING);
        assertThat(schedule.after(FAILED)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void theCeilingIsNotBelowThePollInterval() {
        var schedule = schedule(1200, 500);

        assertThat(Stream.generate(() -> schedule.after(FAILED).toSeconds()).limit(4))
                .containsExactly(500L, 1000L, 1200L, 1200L);
    }

    @Test
    void neverRetriesSoonerThanTheRetryInterval() {
        var schedule = schedule(60, 900);

        assertThat(Stream.generate(() -> schedule.after(FAILED).toSeconds()).limit(3))
                .containsExactly(900L, 900L, 900L);
    }

    @Test
    void jitterIsAtMostATenthAndUsesItsWholeWidth() {
        var schedule =
                new PollSchedule(Duration.ofSeconds(100), Duration.ofSeconds(30), new Random(1));

        assertThat(Stream.generate(() -> schedule.after(NOTHING).toMillis()).limit(1000))
                .allMatch(delay -> delay >= 90_000 && delay <= 110_000)
                .anyMatch(delay -> delay < 91_000)
                .anyMatch(delay -> delay > 109_000);
    }

    @Test
    void refusesIntervalsThatWouldSpin() {
        assertThatThrownBy(() -> schedule(0, 30))
                .hasMessage("--poll-interval must be at least 1 s");
        assertThatThrownBy(() -> schedule(60, 0))
                .hasMessage("--retry-interval must be at least 1 s");
    }
}

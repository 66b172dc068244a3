package io.nixfleet.agent.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.protocol.DesiredGeneration;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PollScheduleTest {
    private static final PollAnswer FAILED = new PollAnswer.Failed("no");
    private static final PollAnswer NOTHING = new PollAnswer.NothingDesired();

    /** In the middle of the jitter. */
    private static final RandomGenerator STEADY = () -> 1L << 63;

    private static final int HOSTS = 2000;
    private static final Duration WATCHED = Duration.ofMinutes(15);

    private static PollSchedule schedule(long pollSeconds, long retrySeconds) {
        return new PollSchedule(
                Duration.ofSeconds(pollSeconds), Duration.ofSeconds(retrySeconds), STEADY);
    }

    private static PollAnswer desired(Optional<Duration> hint) {
        return new PollAnswer.Desired(
                new DesiredGeneration("/nix/store/x", Optional.empty(), hint));
    }

    @Test
    void waitsThePollIntervalAfterAnAnswerThatFollowsAnAnswer() {
        var schedule = schedule(60, 30);

        assertThat(schedule.after(NOTHING)).isEqualTo(Duration.ofSeconds(30));
        assertThat(schedule.after(NOTHING)).isEqualTo(Duration.ofMinutes(1));
        assertThat(schedule.after(desired(Optional.empty()))).isEqualTo(Duration.ofMinutes(1));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "5, 5", "3600, 3600", "3601, 3600", "9223372036854775807, 3600"})
    void followsAHintWithinReasonOnce(long hint, long expected) {
        var schedule = schedule(60, 30);

        assertThat(schedule.after(desired(Optional.of(Duration.ofSeconds(hint)))))
                .isEqualTo(Duration.ofSeconds(expected));
        assertThat(schedule.after(desired(Optional.empty()))).isEqualTo(Duration.ofSeconds(30));
        assertThat(schedule.after(desired(Optional.empty()))).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void backsOffToACeilingWhileItFailsAndForgetsItAfterwards() {
        var schedule = schedule(60, 30);

        assertThat(Stream.generate(() -> schedule.after(FAILED).toSeconds()).limit(7))
                .containsExactly(30L, 60L, 120L, 210L, 225L, 225L, 225L);
        schedule.after(NOTHING);
        assertThat(schedule.after(FAILED)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void theCeilingIsNotBelowThePollInterval() {
        var schedule = schedule(1200, 500);

        assertThat(Stream.generate(() -> schedule.after(FAILED).toSeconds()).limit(4))
                .containsExactly(500L, 850L, 900L, 900L);
    }

    @Test
    void aRetryIntervalBeyondTheCeilingIsTheAverage() {
        var schedule = schedule(60, 900);

        assertThat(Stream.generate(() -> schedule.after(FAILED).toSeconds()).limit(2))
                .containsExactly(900L, 1012L);
    }

    @Test
    void intervalsAreOffByAtMostATenth() {
        var schedule = chance(1);
        schedule.after(NOTHING);

        assertThat(Stream.generate(() -> schedule.after(NOTHING).toMillis()).limit(1000))
                .allMatch(delay -> delay >= 54_000 && delay <= 66_000)
                .anyMatch(delay -> delay < 54_600)
                .anyMatch(delay -> delay > 65_400);
    }

    @Test
    void hintsAreOffByAtMostATenth() {
        var schedule = chance(2);
        PollAnswer hint = desired(Optional.of(Duration.ofSeconds(5)));

        assertThat(Stream.generate(() -> schedule.after(hint).toMillis()).limit(1000))
                .allMatch(delay -> delay >= 4500 && delay <= 5500);
    }

    @Test
    void retriesAreOffByHalfButNeverBeyondTheCeiling() {
        assertThat(IntStream.range(0, 1000).mapToObj(seed -> chance(seed).after(FAILED).toMillis()))
                .allMatch(delay -> delay >= 15_000 && delay <= 45_000)
                .anyMatch(delay -> delay < 16_000)
                .anyMatch(delay -> delay > 44_000);
        var schedule = chance(3);
        IntStream.range(0, 10).forEach(_ -> schedule.after(FAILED));
        assertThat(Stream.generate(() -> schedule.after(FAILED).toMillis()).limit(1000))
                .allMatch(delay -> delay >= 150_000 && delay <= 300_000);
    }

    private static PollSchedule chance(long seed) {
        return new PollSchedule(
                Duration.ofSeconds(60), Duration.ofSeconds(30), new SplittableRandom(seed));
    }

    /** How many polls each second has of a fleet that was started at once. */
    private static int[] polls(Function<Duration, PollAnswer> answers) {
        int[] polls = new int[(int) WATCHED.toSeconds()];
        for (int host = 0; host < HOSTS; host++) {
            PollSchedule schedule = chance(host);
            for (Duration now = Duration.ZERO;
                    now.compareTo(WATCHED) < 0;
                    now = now.plus(schedule.after(answers.apply(now)))) {
                polls[(int) now.toSeconds()]++;
            }
        }
        return polls;
    }

    private static double busiest(int[] polls, int fromSecond) {
        int most = Arrays.stream(polls, fromSecond, polls.length).max().orElseThrow();
        return most / (HOSTS / 60.0);
    }

    @Test
    void aFleetThatWasStartedAtOncePollsEvenlyFromThenOn() {
        int[] polls = polls(_ -> NOTHING);

        assertThat(polls[0]).isEqualTo(HOSTS);
        // The least wait is a second, which those have that would wait less.
        assertThat(busiest(polls, 1)).isLessThan(2.5);
        assertThat(busiest(polls, 2)).isLessThan(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20, 60, 300})
    void aFleetThatWasStartedBeforeItsControlPlanePollsEvenly(int absentSeconds) {
        int[] polls = polls(now -> now.toSeconds() < absentSeconds ? FAILED : NOTHING);

        assertThat(busiest(polls, 1)).isLessThan(3.5);
        assertThat(busiest(polls, 600)).isLessThan(2);
    }

    @Test
    void aFleetPollsEvenlyOnceItsRolloutIsOver() {
        PollAnswer hint = desired(Optional.of(Duration.ofSeconds(5)));
        int[] polls = polls(now -> now.toSeconds() < 300 ? hint : NOTHING);

        assertThat(busiest(polls, 307)).isLessThan(2);
    }

    @Test
    void refusesIntervalsThatWouldSpin() {
        assertThatThrownBy(() -> schedule(0, 30))
                .hasMessage("--poll-interval must be at least 1 s");
        assertThatThrownBy(() -> schedule(60, 0))
                .hasMessage("--retry-interval must be at least 1 s");
    }
}

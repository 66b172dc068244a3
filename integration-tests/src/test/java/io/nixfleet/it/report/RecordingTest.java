package io.nixfleet.it.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.report.Event.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordingTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Timeline timeline = new Timeline("scenario", "says", START);

    private static Instant at(int seconds) {
        return START.plusSeconds(seconds);
    }

    private static Span span(int from, int to, String label) {
        return new Span(Duration.ofSeconds(from), Duration.ofSeconds(to), label);
    }

    private Recording endedAt(int seconds) {
        timeline.ended(at(seconds), Optional.empty());
        return timeline.recording();
    }

    @Test
    void runsTheLastStateToTheEnd() {
        timeline.phase("a", at(1), "idle");
        timeline.phase("a", at(4), "fetching");

        assertThat(endedAt(10).states(Kind.PHASE, "a"))
                .containsExactly(span(1, 4, "idle"), span(4, 10, "fetching"));
    }

    @Test
    void putsWhatComesLateInItsPlace() {
        timeline.phase("a", at(1), "idle");
        timeline.phase("a", at(7), "verifying");
        timeline.phase("a", at(3), "applying");
        timeline.note("a", at(5), "second");
        timeline.fault("a", at(2), "first");

        Recording recording = endedAt(9);

        assertThat(recording.states(Kind.PHASE, "a"))
                .containsExactly(
                        span(1, 3, "idle"), span(3, 7, "applying"), span(7, 9, "verifying"));
        assertThat(recording.moments()).extracting(Event::text).containsExactly("first", "second");
    }

    @Test
    void ignoresAStateThatAlreadyWas() {
        timeline.phase("a", at(1), "idle");
        timeline.phase("a", at(2), "idle");
        timeline.phase("a", at(5), "fetching");
        // Which began earlier than was thought.
        timeline.phase("a", at(4), "fetching");
        timeline.phase("b", at(3), "fetching");

        Recording recording = endedAt(6);

        assertThat(recording.count(Kind.PHASE)).isEqualTo(3);
        assertThat(recording.states(Kind.PHASE, "a"))
                .containsExactly(span(1, 4, "idle"), span(4, 6, "fetching"));
    }

    @Test
    void drawsWithinStartAndEndWhateverTheClockOfAHostSays() {
        timeline.phase("a", Instant.MIN, "idle");
        timeline.phase("a", Instant.MAX, "down");
        timeline.note("a", at(-3), "early");
        timeline.note("a", at(30), "late");

        Recording recording = endedAt(10);

        assertThat(recording.states(Kind.PHASE, "a")).containsExactly(span(0, 10, "idle"));
        assertThat(recording.moments())
                .extracting(recording::drawn)
                .containsExactly(Duration.ZERO, Duration.ofSeconds(10));
        assertThat(recording.moments())
                .extracting(recording::since)
                .containsExactly(Duration.ofSeconds(-3), Duration.ofSeconds(30));
    }

    @Test
    void mendsTheYoungestFaultOfTheSameHost() {
        timeline.fault("a", at(1), "a moment, which nobody mends");
        timeline.fault("a", at(3), "link cut");
        timeline.mended("b", at(4), "of another host");
        timeline.mended("a", at(6), "link is back");

        assertThat(endedAt(9).faults("a")).containsExactly(span(3, 6, "link cut"));
    }

    @Test
    void givesEveryHostARowInTheOrderOfAddition() {
        timeline.host("b");
        timeline.host("a");
        timeline.host("b");
        timeline.fault("", at(1), "of the fleet");
        timeline.fault("cache", at(1), "of a host that nobody added");

        assertThat(endedAt(2).hosts()).containsExactly("b", "a", "cache");
    }
}

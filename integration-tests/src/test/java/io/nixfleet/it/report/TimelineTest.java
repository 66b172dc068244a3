package io.nixfleet.it.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.report.Event.Kind;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TimelineTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Timeline timeline = new Timeline("scenario", "says", START);

    @Test
    void isUnfinishedUntilItsEndIsTold() {
        assertThat(timeline.recording().outcome()).isEqualTo(new Outcome.Unfinished());

        timeline.ended(Optional.empty());

        assertThat(timeline.recording().outcome()).isEqualTo(new Outcome.Passed());
    }

    @Test
    void keepsTheFirstEndAndEveryFailure() {
        timeline.ended(START.plusSeconds(5), Optional.empty());
        timeline.ended(START.plusSeconds(9), Optional.of("it could not be cleaned up"));
        timeline.ended(START.plusSeconds(9), Optional.of("another"));

        Recording recording = timeline.recording();

        assertThat(recording.until()).isEqualTo(START.plusSeconds(5));
        assertThat(recording.outcome()).isEqualTo(new Outcome.Failed("it could not be cleaned up"));
    }

    @Test
    void countsWhatItHasNoRoomFor() {
        for (int i = 0; i < Timeline.MAX_CHANGES + 3; i++) {
            timeline.phase("a", START.plusMillis(i), "phase " + i);
        }
        for (int i = 0; i < Timeline.MAX_MOMENTS + 4; i++) {
            timeline.note("a", START.plusMillis(i), "note");
        }
        for (int i = 0; i < Timeline.MAX_HOSTS; i++) {
            timeline.phase("host-" + i, START, "idle");
        }

        Recording recording = timeline.recording();

        assertThat(recording.leftOut()).isEqualTo(3 + 4 + 1);
        assertThat(recording.hosts()).hasSize(Timeline.MAX_HOSTS);
        assertThat(recording.events())
                .hasSize(Timeline.MAX_CHANGES + Timeline.MAX_MOMENTS + Timeline.MAX_HOSTS - 1);
    }

    @Test
    void cutsLongTexts() {
        timeline.note("a", START, "x".repeat(Timeline.MAX_TEXT * 2));

        assertThat(timeline.recording().moments().getFirst().text())
                .isEqualTo("x".repeat(Timeline.MAX_TEXT) + "…");
    }

    @Test
    void isToldByManyThreads() throws InterruptedException {
        int threads = 8;
        int each = 500;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int thread = 0; thread < threads; thread++) {
                String host = "host-" + thread;
                executor.execute(
                        () -> {
                            for (int i = 0; i < each; i++) {
                                Instant at = START.plusMillis(i);
                                timeline.phase(host, at, i % 2 == 0 ? "idle" : "checking");
                                timeline.note(host, at, "note");
                                timeline.recording();
                            }
                        });
            }
            executor.shutdown();
            assertThat(executor.awaitTermination(50, TimeUnit.SECONDS)).isTrue();
        }

        Recording recording = timeline.recording();
        assertThat(recording.count(Kind.PHASE)).isEqualTo((long) threads * each);
        assertThat(recording.count(Kind.NOTE)).isEqualTo((long) threads * each);
    }
}

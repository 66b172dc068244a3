package io.nixfleet.it.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.report.Event.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarkerTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /** A pixel is a second. */
    private static final Scale SCALE = new Scale(Duration.ofSeconds(1000), 1000);

    private final Timeline timeline = new Timeline("scenario", "says", START);

    private Recording recording() {
        timeline.ended(START.plusSeconds(1000), Optional.empty());
        return timeline.recording();
    }

    private List<Marker> markers() {
        return Marker.of(recording(), "a", SCALE);
    }

    @Test
    void saysWhatHappenedWhereThereIsRoom() {
        timeline.note("a", START.plusSeconds(100), "release A deployed");
        timeline.note("a", START.plusSeconds(400), "release B deployed");

        assertThat(markers())
                .extracting(Marker::caption)
                .containsExactly("release A deployed", "release B deployed");
        assertThat(markers()).extracting(Marker::row).containsOnly(0);
    }

    @Test
    void putsNeighboursBelowEachOther() {
        timeline.note("a", START.plusSeconds(100), "release A deployed");
        timeline.note("a", START.plusSeconds(101), "canary judged good");

        assertThat(markers()).extracting(Marker::row).containsExactly(0, 1);
        assertThat(markers())
                .extracting(Marker::caption)
                .containsExactly("release A deployed", "canary judged good");
    }

    @Test
    void isAFaultWhenOneIsAmongThem() {
        for (int i = 0; i < Marker.ROWS; i++) {
            timeline.note("a", START.plusSeconds(100), "note " + i);
        }
        timeline.fault("a", START.plusSeconds(100), "docker kill");

        assertThat(markers()).hasSize(Marker.ROWS);
        assertThat(markers().getLast().kind()).isEqualTo(Kind.FAULT);
        assertThat(markers().getLast().label()).isEqualTo("4+1");
        assertThat(markers().getLast().title(recording()))
                .isEqualTo("4, 1:40.0, note 3\n5, 1:40.0, fault: docker kill");
    }

    @Test
    void saysRatherWhatBrokeThanWhatWasNoted() {
        timeline.note("a", START.plusSeconds(100), "a release is deployed to all");
        timeline.fault("a", START.plusSeconds(220), "docker kill");

        assertThat(markers()).extracting(Marker::row).containsOnly(0);
        assertThat(markers().getFirst().caption()).endsWith("…");
        assertThat(markers().getLast().caption()).isEqualTo("docker kill");
    }

    @Test
    void joinsOnlyWhatIsNear() {
        timeline.mended("a", START.plusSeconds(100), "docker start");
        for (int i = 0; i < Marker.ROWS; i++) {
            timeline.note("a", START.plusSeconds(500), "note " + i);
        }
        timeline.mended("a", START.plusSeconds(501), "docker start");

        assertThat(markers().getFirst().label()).isEqualTo("1");
        assertThat(markers().getLast().events().keySet()).containsExactly(5, 6);
    }

    @ParameterizedTest
    @CsvSource({"1, 10", "2, 40", "3, 200", "4, 2000"})
    void neitherOverlapsNorLosesAnything(int seed, int count) {
        var random = new Random(seed);
        for (int i = 0; i < count; i++) {
            Instant at = START.plusMillis(random.nextInt(1_000_001));
            String text = "what happened ".repeat(1 + random.nextInt(3));
            switch (random.nextInt(3)) {
                case 0 -> timeline.fault("a", at, text);
                case 1 -> timeline.mended("a", at, text);
                default -> timeline.note("a", at, text);
            }
        }

        List<Marker> markers = markers();

        assertThat(markers.stream().flatMap(marker -> marker.events().keySet().stream()))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, count).boxed().toList());
        for (Marker left : markers) {
            assertThat(end(left)).isLessThan(1000 + Marker.MARGIN);
            for (Marker right : markers) {
                // Its pole goes down through all rows below.
                if (!right.equals(left) && right.at() >= left.at() && right.row() <= left.row()) {
                    assertThat(end(left)).as("%s and %s", left, right).isLessThan(right.at());
                }
            }
        }
    }

    private static double end(Marker marker) {
        double caption = Lettering.width(marker.caption(), Marker.FONT);
        return marker.at() + marker.width() + (caption == 0 ? 0 : 4 + caption);
    }
}

package io.nixfleet.it.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScaleTest {
    @ParameterizedTest
    @ValueSource(
            longs = {
                0,
                1,
                999,
                1_000,
                4_321,
                59_999,
                90_000,
                1_200_000,
                86_400_000,
                7_000_000_000L
            })
    void hasAFewTicksThatDiffer(long millis) {
        for (double width : new double[] {960, 7680}) {
            assertLegible(new Scale(Duration.ofMillis(millis), width));
        }
    }

    private static void assertLegible(Scale scale) {
        List<Duration> ticks = scale.ticks();

        assertThat(ticks).hasSizeBetween(2, 1 + (int) scale.width() / 80).startsWith(Duration.ZERO);
        assertThat(ticks.stream().map(scale::tick)).doesNotHaveDuplicates();
        assertThat(scale.x(ticks.getLast())).isLessThanOrEqualTo(scale.width());
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.0 s",
        "-1500, −1.5 s",
        "59940, 59.9 s",
        "59960, 1:00.0",
        "3599960, 1:00:00.0",
        "3664200, 1:01:04.2"
    })
    void writesTimes(long millis, String written) {
        assertThat(Scale.written(Duration.ofMillis(millis))).isEqualTo(written);
    }

    @Test
    void drawsAnEmptyTimelineAsASecond() {
        assertThat(new Scale(Duration.ZERO, 960).x(Duration.ZERO)).isZero();
    }
}

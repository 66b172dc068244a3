package io.nixfleet.agent.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JitterTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Jitter jitter = new Jitter(new SplittableRandom(1));

    private static void assertFills(UnaryOperator<Duration> delays, long least, long most) {
        List<Long> millis =
                Stream.generate(() -> delays.apply(MINUTE).toMillis()).limit(2000).toList();
        long tenth = (most - least) / 10;
        assertThat(millis).allMatch(delay -> delay >= least && delay <= most);
        for (long from = least; from < most; from += tenth) {
            long begin = from;
            assertThat(millis.stream().filter(m -> m >= begin && m < begin + tenth).count())
                    .as("from %d ms", begin)
                    .isBetween(140L, 260L);
        }
    }

    @Test
    void aboutIsWithinATenth() {
        assertFills(jitter::about, 54_000, 66_000);
    }

    @Test
    void aroundIsWithinAHalf() {
        assertFills(delay -> jitter.around(delay, Duration.ofMinutes(2)), 30_000, 90_000);
    }

    @Test
    void aroundKeepsItsLimit() {
        assertFills(delay -> jitter.around(delay, Duration.ofSeconds(70)), 30_000, 70_000);
    }

    @Test
    void withinIsAnyPart() {
        assertFills(jitter::within, 0, 60_000);
    }
}

package io.nixfleet.agent.endpoint.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00.500Z");

    @ParameterizedTest
    @CsvSource({
        "0, just now",
        "-0.9, just now",
        "0.9, just now",
        "1, 1 s ago",
        "59.9, 59 s ago",
        "60, 1 min ago",
        "3599, 59 min ago",
        "86399, 23 h ago",
        "86400, 1 d ago",
        "34560000, 400 d ago",
        "-20, in 20 s",
        "-4000, in 1 h"
    })
    void saysHowLongAgo(double seconds, String words) {
        Instant then = NOW.minus(Duration.ofMillis((long) (seconds * 1000)));

        assertThat(Words.relative(then, NOW)).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({
        "-5, 0 ms",
        "0.44, 440 ms",
        "1, 1.0 s",
        "59.94, 59.9 s",
        "90, 1 min 30 s",
        "7500, 2 h 5 min",
        "1048000, 12 d 3 h"
    })
    void saysHowLong(double seconds, String words) {
        assertThat(Words.span(Duration.ofMillis((long) (seconds * 1000)))).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0 of 0 B",
        "10, 9999, 10 of 9999 B",
        "5120, 10240, 5.0 of 10.0 KiB",
        "1073741824, 2147483648, 1024 of 2048 MiB",
        "16106127360, 21474836480, 15.0 of 20.0 GiB",
        "0, 9223372036854775807, 0 of 8388608 TiB"
    })
    void saysHowMuchOfAll(long done, long all, String words) {
        assertThat(Words.share(done, all)).isEqualTo(words);
    }

    @Test
    void saysWhen() {
        assertThat(Words.moment(NOW)).isEqualTo("2026-03-01 10:00:00 UTC");
        assertThat(Words.iso(NOW)).isEqualTo("2026-03-01T10:00:00Z");
    }
}

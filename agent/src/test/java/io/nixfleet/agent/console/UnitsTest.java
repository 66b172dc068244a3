package io.nixfleet.agent.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 0.98 KiB",
        "1024, 1.00 KiB",
        "10240, 10.0 KiB",
        "1023999, 1000 KiB",
        "1556925644, 1.45 GiB",
        "9223372036854775807, 8388608 TiB"
    })
    void writesBytesWithThreeDigits(long bytes, String text) {
        assertThat(Units.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"80, 0.1 s", "59949, 59.9 s", "200000, 3 min 20 s", "7500000, 2 h 5 min"})
    void writesDurationsAsPeopleSayThem(long millis, String text) {
        assertThat(Units.duration(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 paths", "1, 1 path", "2, 2 paths"})
    void countsWithTheRightPlural(long count, String text) {
        assertThat(Units.count(count, "path")).isEqualTo(text);
    }
}

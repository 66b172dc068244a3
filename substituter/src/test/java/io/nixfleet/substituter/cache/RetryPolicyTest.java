package io.nixfleet.substituter.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryPolicyTest {
    private static final long SEED = 7;
    private static final RetryPolicy POLICY =
            new RetryPolicy(4, Duration.ofMillis(100), Duration.ofSeconds(1));

    @Test
    void allowsAsManyAttemptsAsItSays() {
        assertThat(POLICY.allows(3)).isTrue();
        assertThat(POLICY.allows(4)).isFalse();
    }

    @Test
    void doublesTheWaitUpToTheCapWithJitter() {
        var random = new Random(SEED);
        for (int round = 0; round < 200; round++) {
            for (int failures = 1; failures < 40; failures++) {
                long full = (long) Math.min(1000, 100 * Math.pow(2, failures - 1));
                assertThat(POLICY.delay(failures, Duration.ZERO, random))
                        .as("seed %d, failure %d", SEED, failures)
                        .isBetween(Duration.ofMillis(full / 2), Duration.ofMillis(full));
            }
        }
    }

    @Test
    void waitsAtLeastAsLongAsAskedUpToTheCap() {
        var random = new Random(SEED);

        assertThat(POLICY.delay(1, Duration.ofMillis(700), random)).hasMillis(700);
        assertThat(POLICY.delay(1, Duration.ofHours(1), random)).hasSeconds(1);
    }

    @Test
    void refusesNonsense() {
        assertThatThrownBy(() -> new RetryPolicy(0, Duration.ZERO, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "120 | 120",
                "0 | 0",
                "Thu, 01 Jan 2026 00:00:30 GMT | 30",
                "Wed, 31 Dec 2025 00:00:00 GMT | 0",
                "soon | 0",
                "-5 | 0",
                "99999999999999999999 | 0",
            })
    void readsRetryAfter(String header, long seconds) {
        assertThat(RetryAfter.parse(header, Optional.of("Thu, 01 Jan 2026 00:00:00 GMT")))
                .hasSeconds(seconds);
    }

    @ParameterizedTest
    @ValueSource(ints = {1970, 2026, 2099})
    void takesADateFromTheServersClockAndNeverFromOurs(int year) {
        ZonedDateTime now = ZonedDateTime.of(year, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);
        String later = DateTimeFormatter.RFC_1123_DATE_TIME.format(now.plusSeconds(20));
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(now);

        assertThat(RetryAfter.parse(later, Optional.of(date))).hasSeconds(20);
        assertThat(RetryAfter.parse(later, Optional.empty())).isZero();
        assertThat(RetryAfter.parse(later, Optional.of("soon"))).isZero();
    }
}

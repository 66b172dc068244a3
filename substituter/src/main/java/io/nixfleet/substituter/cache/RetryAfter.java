package io.nixfleet.substituter.cache;

import io.nixfleet.substituter.cache.http.HttpHead;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Reads the header {@code Retry-After}: seconds or a date (RFC 9110, section 10.2.3). */
final class RetryAfter {
    private static final int MAX_DIGITS = 9;

    private RetryAfter() {}

    /**
     * How long the server asks to wait; zero when it says nothing that can be understood. A date
     * counts from the answer's own: neither this host's clock nor the server's need be right.
     */
    static Duration of(HttpHead head) {
        return head.header("Retry-After")
                .map(value -> parse(value.strip(), head.header("Date")))
                .orElse(Duration.ZERO);
    }

    static Duration parse(String value, Optional<String> now) {
        if (!value.isEmpty()
                && value.length() <= MAX_DIGITS
                && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            if (now.isEmpty()) {
                return Duration.ZERO;
            }
            Duration wait = Duration.between(date(now.get().strip()), date(value));
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeParseException e) {
            return Duration.ZERO;
        }
    }

    private static ZonedDateTime date(String text) {
        return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
    }
}

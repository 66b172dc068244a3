package io.nixfleet.agent.doctor;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * A server's clock.
 *
 * @param server which, for people
 * @param there what time it is there
 * @param here what time it was here when that came
 */
record ServerTime(String server, Instant there, Instant here) {
    /**
     * Reads what a server said; empty if that is no time.
     *
     * @param date the header {@code Date}
     * @param age the header {@code Age}: how long ago a proxy had heard that
     */
    static Optional<ServerTime> parse(String server, String date, String age, Instant here) {
        try {
            Instant said =
                    ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            Duration old =
                    age.matches("[0-9]{1,9}")
                            ? Duration.ofSeconds(Long.parseLong(age))
                            : Duration.ZERO;
            return Optional.of(new ServerTime(server, said.plus(old), here));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    /** How far this host is ahead of the server; negative, if it is behind. */
    Duration ahead() {
        return Duration.between(there, here);
    }
}

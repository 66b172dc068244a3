package io.nixfleet.agent.console;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks that several options have in common. */
public final class FlagValues {
    private static final Duration LONGEST = Duration.ofDays(1);

    private FlagValues() {}

    /** A time of at most a day. */
    public static Duration seconds(String option, long value, long least) {
        if (value < least || value > LONGEST.toSeconds()) {
            throw new UsageException(
                    "%s: %d s is not between %d and %d"
                            .formatted(option, value, least, LONGEST.toSeconds()));
        }
        return Duration.ofSeconds(value);
    }

    /** A number within bounds, both included. */
    public static int within(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new UsageException(
                    "%s: %d is not between %d and %d".formatted(option, value, least, most));
        }
        return value;
    }

    /** A port of TCP. */
    public static int port(String option, int port) {
        if (port < 1 || port > 65535) {
            throw new UsageException("%s: a port is 1 to 65535, not %d".formatted(option, port));
        }
        return port;
    }

    /** A variable that is set to nothing says as little as one that is not set. */
    public static Optional<Path> file(@Nullable Path given) {
        return Optional.ofNullable(given).filter(path -> !path.toString().isEmpty());
    }

    /** Text that cannot be left out. */
    public static String required(String option, String variable, @Nullable String given) {
        if (given == null || given.isBlank()) {
            throw new UsageException("%s (or %s) is required".formatted(option, variable));
        }
        return given;
    }

    /** Switches of variables come in many spellings. */
    public static boolean truth(String option, String word) {
        return switch (word.strip().toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes", "on" -> true;
            case "false", "0", "no", "off", "" -> false;
            default ->
                    throw new UsageException(
                            "%s is true or false, not '%s'".formatted(option, word));
        };
    }
}

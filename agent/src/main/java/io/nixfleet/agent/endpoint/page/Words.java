package io.nixfleet.agent.endpoint.page;

import io.nixfleet.agent.deploy.DeployRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Times and amounts, as the page says them. */
final class Words {
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB"};

    private Words() {}

    /** {@code 2026-03-01 10:00:00 UTC}. */
    static String moment(Instant time) {
        return MOMENT.format(time);
    }

    /** For machines: RFC 3339, whole seconds. */
    static String iso(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** {@code 3 min ago}, {@code in 20 s}: the largest unit alone. */
    static String relative(Instant time, Instant now) {
        Duration since = Duration.between(time, now);
        if (since.abs().toSeconds() == 0) {
            return "just now";
        }
        return since.isNegative()
                ? "in " + largestUnit(since.negated())
                : largestUnit(since) + " ago";
    }

    private static String largestUnit(Duration span) {
        if (span.toDays() > 0) {
            return span.toDays() + " d";
        }
        if (span.toHours() > 0) {
            return span.toHours() + " h";
        }
        return span.toMinutes() > 0 ? span.toMinutes() + " min" : span.toSeconds() + " s";
    }

    /** {@code 40 ms}, {@code 3.2 s}, {@code 1 min 30 s}, {@code 2 h 5 min}, {@code 12 d 3 h}. */
    static String span(Duration duration) {
        Duration span = duration.isNegative() ? Duration.ZERO : duration;
        if (span.toDays() > 0) {
            return "%d d %d h".formatted(span.toDays(), span.toHoursPart());
        }
        if (span.toHours() > 0) {
            return "%d h %d min".formatted(span.toHours(), span.toMinutesPart());
        }
        if (span.toMinutes() > 0) {
            return "%d min %d s".formatted(span.toMinutes(), span.toSecondsPart());
        }
        return span.toSeconds() > 0
                ? String.format(Locale.ROOT, "%.1f s", span.toMillis() / 1000.0)
                : span.toMillis() + " ms";
    }

    /** {@code 812 of 1340 MiB}, both in the unit of the whole. */
    static String share(long done, long all) {
        int unit = 0;
        double size = 1;
        while (all / size >= 10_000 && unit < BINARY.length - 1) {
            size *= 1024;
            unit++;
        }
        String format = unit > 0 && all / size < 100 ? "%.1f of %.1f %s" : "%.0f of %.0f %s";
        return String.format(Locale.ROOT, format, done / size, all / size, BINARY[unit]);
    }

    /** {@code 1 path}, {@code 2 paths}. */
    static String count(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    /** {@code switch by poll}. */
    static String how(DeployRequest request) {
        return "%s by %s"
                .formatted(
                        request.action().word(), request.source().name().toLowerCase(Locale.ROOT));
    }

    /** A word of the wire for people: {@code rolling_back} is rolling back. */
    static String plain(String word) {
        return word.replace('_', ' ');
    }
}

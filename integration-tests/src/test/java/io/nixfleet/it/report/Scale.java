package io.nixfleet.it.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Where a time since the start is in a drawing, and how times are written. */
final class Scale {
    private static final double BETWEEN_TICKS = 80;

    private static final List<Duration> STEPS =
            List.of(
                    Duration.ofMillis(100),
                    Duration.ofMillis(200),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(2),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(10),
                    Duration.ofMinutes(20),
                    Duration.ofMinutes(30),
                    Duration.ofHours(1));

    private final Duration length;
    private final double width;

    /**
     * @param length drawn as one second if it is shorter
     * @param width in pixels
     */
    Scale(Duration length, double width) {
        this.length = length.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : length;
        this.width = width;
    }

    double width() {
        return width;
    }

    double x(Duration sinceStart) {
        return width * sinceStart.toNanos() / length.toNanos();
    }

    /** Between ticks, whose labels have room. */
    private Duration step() {
        for (Duration step : STEPS) {
            if (x(step) >= BETWEEN_TICKS) {
                return step;
            }
        }
        Duration last = STEPS.getLast();
        return last.multipliedBy((long) Math.ceil(BETWEEN_TICKS / x(last)));
    }

    /** Round times. */
    List<Duration> ticks() {
        Duration step = step();
        var ticks = new ArrayList<Duration>();
        for (Duration at = Duration.ZERO; at.compareTo(length) <= 0; at = at.plus(step)) {
            ticks.add(at);
        }
        return ticks;
    }

    /** As on the axis: whole seconds where all times are. */
    String tick(Duration at) {
        if (step().toMillisPart() != 0) {
            return written(at);
        }
        return length.compareTo(Duration.ofMinutes(2)) < 0
                ? at.toSeconds() + " s"
                : minutes(at.toSeconds(), "");
    }

    /** A moment or a length: {@code 4.2 s}, {@code 1:04.2}, {@code 1:01:04.2}. */
    static String written(Duration time) {
        if (time.isNegative()) {
            return "−" + written(time.negated());
        }
        long tenths = (time.toMillis() + 50) / 100;
        return tenths < 600
                ? tenths / 10 + "." + tenths % 10 + " s"
                : minutes(tenths / 10, "." + tenths % 10);
    }

    private static String minutes(long seconds, String rest) {
        return seconds < 3600
                ? "%d:%02d%s".formatted(seconds / 60, seconds % 60, rest)
                : "%d:%02d:%02d%s".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60, rest);
    }
}

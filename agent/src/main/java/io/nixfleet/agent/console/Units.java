package io.nixfleet.agent.console;

import java.time.Duration;
import java.util.Locale;

/** Amounts as people read them. */
public final class Units {
    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB"};

    private Units() {}

    /** {@code 1.45 GiB}: three significant digits. */
    public static String bytes(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 1000 && unit < BINARY.length - 1) {
            amount /= 1024;
            unit++;
        }
        String digits = unit == 0 || amount >= 100 ? "%.0f" : amount >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, digits + " %s", amount, BINARY[unit]);
    }

    /** {@code 8.1 s}, {@code 3 min 20 s}, {@code 2 h 5 min}. */
    public static String duration(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
        }
        return seconds < 3600
                ? "%d min %d s".formatted(seconds / 60, seconds % 60)
                : "%d h %d min".formatted(seconds / 3600, seconds % 3600 / 60);
    }

    /** {@code 1 path}, {@code 2 paths}. */
    public static String count(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}

package io.nixfleet.substituter.daemon;

import java.time.Duration;

/**
 * How long a daemon may take. Each limit is a time without progress: any byte that the daemon takes
 * or sends starts it anew, and waiting for a NAR's bytes does not count.
 *
 * @param connect to connect and shake hands; also to start, for a daemon of our own
 * @param request for a query or a root; while the garbage collector runs, a temporary root waits
 *     for it
 * @param importing for an import: one that finds the path's lock taken by another importer waits
 *     for that one without a word
 * @param winding for an orderly end of an import that was given up; after it the connection is
 *     dropped
 */
public record DaemonLimits(
        Duration connect, Duration request, Duration importing, Duration winding) {
    public static final DaemonLimits DEFAULT =
            new DaemonLimits(
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(10));

    public DaemonLimits {
        positive(connect);
        positive(request);
        positive(importing);
        positive(winding);
    }

    private static void positive(Duration limit) {
        if (!limit.isPositive()) {
            throw new IllegalArgumentException("a limit in time must be positive: " + limit);
        }
    }

    static String describe(Duration limit) {
        return limit.compareTo(Duration.ofSeconds(1)) < 0
                ? limit.toMillis() + " ms"
                : limit.toSeconds() + " s";
    }
}

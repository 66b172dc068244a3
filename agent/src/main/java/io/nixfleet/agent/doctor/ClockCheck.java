package io.nixfleet.agent.doctor;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Whether this host knows what time it is: without that no certificate is valid.
 *
 * @param times of servers
 */
record ClockCheck(Times times, Programs programs) implements Check {
    private static final Duration ODD = Duration.ofSeconds(30);
    private static final Duration WRONG = Duration.ofMinutes(5);
    private static final String REMEDY =
            "synchronise it: services.timesyncd.enable = true on NixOS, or timedatectl set-ntp"
                    + " true";
    private static final String REMEDY_OF_TWO =
            REMEDY + "; if it is right, mend the clock of that server";

    /** Asks servers what time it is. */
    interface Times {
        Optional<ServerTime> ask() throws InterruptedException;
    }

    @Override
    public String name() {
        return "clock";
    }

    @Override
    public Finding look() throws InterruptedException {
        Optional<Boolean> synchronised = synchronised();
        return judge(times.ask(), synchronised);
    }

    private Optional<Boolean> synchronised() throws InterruptedException {
        try {
            Map<String, String> shown =
                    programs.properties("timedatectl", "show", "-p", "NTPSynchronized");
            return Optional.ofNullable(shown.get("NTPSynchronized"))
                    .map(word -> word.equals("yes"));
        } catch (IOException _) {
            // Not all hosts have it.
            return Optional.empty();
        }
    }

    /**
     * @param synchronised whether a time server is followed; empty if that is unknown
     */
    static Finding judge(Optional<ServerTime> time, Optional<Boolean> synchronised) {
        boolean free = synchronised.filter(known -> !known).isPresent();
        if (time.isEmpty()) {
            return free
                    ? Finding.warning("", "it is not synchronised with a time server", REMEDY)
                    : synchronised.isPresent()
                            ? Finding.ok("synchronised with a time server")
                            : Finding.notChecked(
                                    "neither a server nor timedatectl said what time it is",
                                    "see 'control plane' and the caches");
        }
        Duration off = time.get().ahead().abs();
        String seen =
                "%d s %s %s"
                        .formatted(
                                off.toSeconds(),
                                time.get().ahead().isNegative() ? "behind" : "ahead of",
                                time.get().server());
        if (off.compareTo(WRONG) > 0) {
            return Finding.failed(
                    seen,
                    "this host's clock and that of %s differ by more than 5 minutes"
                            .formatted(time.get().server()),
                    REMEDY_OF_TWO);
        }
        if (off.compareTo(ODD) > 0) {
            return Finding.warning(
                    seen,
                    "this host's clock and that of %s differ by more than 30 seconds"
                            .formatted(time.get().server()),
                    REMEDY_OF_TWO);
        }
        return free
                ? Finding.warning(seen, "it is not synchronised with a time server", REMEDY)
                : Finding.ok(seen);
    }
}

package io.nixfleet.agent.cycle;

import io.nixfleet.nix.store.StorePath;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the control plane wants of this host, and how often that could not be fetched. Safe for many
 * threads.
 */
public final class Desired {
    /** After so many failures in a row the control plane is told: until then they may pass. */
    private static final int FAILURES_UNTIL_TOLD = 5;

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    private final Duration retry;
    private @Nullable StorePath system;
    private int failures;
    private @Nullable Duration nextTry;

    Desired(Duration retry) {
        this.retry = retry;
    }

    /** Told by a poll. */
    synchronized void is(StorePath now) {
        if (!now.equals(system)) {
            system = now;
            failures = 0;
            nextTry = null;
        }
    }

    public synchronized Optional<StorePath> system() {
        return Optional.ofNullable(system);
    }

    /**
     * Whether to try now: at once at first, then after pauses that grow.
     *
     * @param now in time that nobody sets back
     */
    synchronized boolean due(Duration now) {
        return nextTry == null || now.compareTo(nextTry) >= 0;
    }

    /**
     * What a poll asked for could not be fetched.
     *
     * @return whether that is to be told; not, if something else is wanted by now
     */
    synchronized boolean failed(StorePath which, Duration now) {
        if (system == null) {
            // Taken up after a restart, before the first poll.
            system = which;
        } else if (!which.equals(system)) {
            return false;
        }
        failures++;
        Duration pause = retry.multipliedBy(1L << Math.min(failures - 1, 10));
        nextTry = now.plus(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE);
        return failures >= FAILURES_UNTIL_TOLD;
    }

    /** An operator wants it tried again. */
    synchronized void tryNow() {
        failures = 0;
        nextTry = null;
    }
}

package io.nixfleet.cli.rollout;

import java.util.Locale;

/**
 * What became of a host in a rollout.
 *
 * @param message why, for people; may be empty
 */
public record HostEnd(Kind kind, String message) {
    /** Of which kind. */
    public enum Kind {
        /** Its batch has not begun. */
        NOT_BEGUN,
        /** It runs the system, and is healthy; it did so before. */
        RAN_IT,
        /** It runs the system, and is healthy. */
        DEPLOYED,
        /** Nothing of it was changed. */
        FAILED,
        /** It runs again what it ran before. */
        ROLLED_BACK,
        /** It may have the system, and is not known to be healthy. */
        UNKNOWN,
        /** It had the system, or may have had, and was brought back to what it ran before. */
        REVERTED,
        /** It was to be brought back, and is not known to be. */
        NOT_REVERTED;

        /** For programs: {@code rolled_back}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether the host is as the rollout wants it. */
    public boolean good() {
        return kind == Kind.RAN_IT || kind == Kind.DEPLOYED;
    }

    /** Whether the rollout has, or may have, changed what the host runs, and that still stands. */
    public boolean toRevert() {
        return kind == Kind.DEPLOYED || kind == Kind.UNKNOWN;
    }
}

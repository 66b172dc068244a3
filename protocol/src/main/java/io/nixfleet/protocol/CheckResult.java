package io.nixfleet.protocol;

import java.time.Duration;

/** How one health check went. */
public sealed interface CheckResult {
    String checkName();

    Duration duration();

    /** The check found what it expects. */
    record Pass(String checkName, Duration duration) implements CheckResult {}

    /**
     * The check found something else, or nothing in time.
     *
     * @param message what was wrong, for people
     */
    record Fail(String checkName, Duration duration, String message) implements CheckResult {}
}

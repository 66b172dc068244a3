package io.nixfleet.agent.activation;

/** How a run of {@code switch-to-configuration} ended. */
public sealed interface SwitchResult {
    /** For people, to go on after "the switch". */
    String message();

    /** By itself; 0 is well, 4 says that some units failed. */
    record Exited(int code) implements SwitchResult {
        @Override
        public String message() {
            return "ended with exit code " + code;
        }
    }

    /**
     * By someone else.
     *
     * @param how such as {@code signal 9}
     */
    record Killed(String how) implements SwitchResult {
        @Override
        public String message() {
            return "was killed by " + how;
        }
    }

    /** It took longer than it may, and was ended. */
    record TimedOut() implements SwitchResult {
        @Override
        public String message() {
            return "took too long and was ended";
        }
    }

    /** Nobody knows. */
    record Lost(String reason) implements SwitchResult {
        @Override
        public String message() {
            return "ended nobody knows how: " + reason;
        }
    }
}

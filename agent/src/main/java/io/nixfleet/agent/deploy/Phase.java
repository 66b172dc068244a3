package io.nixfleet.agent.deploy;

import java.util.Locale;

/** Where the agent is in its cycle. */
public enum Phase {
    IDLE,
    CHECKING,
    FETCHING,
    APPLYING,
    VERIFYING,
    REPORTING,
    ROLLING_BACK;

    /** As metrics, status and state spell it, such as {@code rolling_back}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package io.nixfleet.protocol.operator;

import java.util.Locale;

/** What becomes of a rollout with a batch that failed. */
public enum OnFailure {
    /** It waits for an operator. */
    PAUSE,
    /** Its machines return to what was desired of them before. */
    REVERT;

    /** As the API has it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

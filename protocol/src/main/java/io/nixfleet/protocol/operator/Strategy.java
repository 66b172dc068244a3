package io.nixfleet.protocol.operator;

import java.util.Locale;

/** In which order the machines of a rollout get its release. */
public enum Strategy {
    /** All in one batch. */
    ALL_AT_ONCE,
    /** One first, then all others. */
    CANARY,
    /** In batches of given sizes. */
    STAGED;

    /** As the API has it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package io.nixfleet.nix.narinfo;

import java.util.List;

/** Whether a narinfo is believed. */
public sealed interface Verdict {
    /** It may be acted upon. */
    record Trusted(VerifiedNarInfo narInfo) implements Verdict {}

    /**
     * It must not be imported.
     *
     * @param reason why, and what to do, for people; no path in it
     * @param offeredKeyNames the names that its signatures carry, distinct, in their order
     */
    record Untrusted(String reason, List<String> offeredKeyNames) implements Verdict {
        public Untrusted {
            offeredKeyNames = List.copyOf(offeredKeyNames);
        }
    }
}

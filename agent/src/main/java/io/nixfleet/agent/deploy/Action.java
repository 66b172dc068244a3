package io.nixfleet.agent.deploy;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What {@code switch-to-configuration} is asked to do with a system. */
public enum Action {
    /** Make it the boot default and activate it now. */
    SWITCH,
    /** Make it the boot default only. */
    BOOT,
    /** Activate it now; a reboot brings the former one back. */
    TEST,
    /** Show what activating would do. */
    DRY_ACTIVATE;

    /** As {@code switch-to-configuration} and the wire spell it, such as {@code dry-activate}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<Action> of(String word) {
        return Stream.of(values()).filter(action -> action.word().equals(word)).findFirst();
    }

    /** Whether the system profile, and so the boot default, moves to the new system. */
    public boolean setsProfile() {
        return this == SWITCH || this == BOOT;
    }

    /** Whether the new system runs afterwards. */
    public boolean activates() {
        return this == SWITCH || this == TEST;
    }
}

package io.nixfleet.substituter.daemon;

import io.nixfleet.substituter.daemon.wire.WireReader;
import java.io.IOException;

/** Whether a daemon trusts us: whether we are among its {@code trusted-users}. */
public enum DaemonTrust {
    /** It does not say: Nix before 2.9, or a daemon that passes on to another. */
    UNKNOWN,
    TRUSTED,
    NOT_TRUSTED;

    static DaemonTrust read(WireReader in) throws IOException {
        return values()[(int) in.integer("the trust flag", 2)];
    }
}

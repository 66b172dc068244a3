package io.nixfleet.substituter.daemon;

/** Whether a daemon is to find a signature that it trusts on what we import. */
enum SignatureCheck {
    BY_DAEMON,
    /** Our word stands for it: granted to trusted users only, and passed over for others. */
    NONE
}

package io.nixfleet.it.daemon;

import io.nixfleet.it.nix.NixInstallation;

/** Nix 2.26.3. */
class Nix226DaemonTest extends DaemonStoreContract {
    Nix226DaemonTest() {
        super(NixInstallation.nix226());
    }
}

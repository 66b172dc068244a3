package io.nixfleet.it.daemon;

import io.nixfleet.it.nix.NixInstallation;

/** Nix 2.34.8. */
class Nix234DaemonTest extends DaemonStoreContract {
    Nix234DaemonTest() {
        super(NixInstallation.nix234());
    }
}

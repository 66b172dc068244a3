package io.nixfleet.it.daemon;

import io.nixfleet.it.nix.NixInstallation;

/** Nix 2.8.0. */
class Nix28DaemonTest extends DaemonStoreContract {
    Nix28DaemonTest() {
        super(NixInstallation.nix28());
    }
}

/**
 * Hosts in containers: real systemd 252 as init, real Nix with its daemon, the packaged agent from
 * its unit, and systems that switch as NixOS's do; and the images that they boot from.
 *
 * <pre>
 * Recipe ─ nix-build ─→ FakeSystem ─ any cache ─→ SystemHost: HostAgent ─→ nix-daemon
 *                                                      └─ systemd-run ─→ switch-to-configuration
 *
 * Debian's archive ─ debootstrap ─→ base ─┬─ agent's package, Nix ─→ host
 *                                         ├─ nginx ─→ cache
 *                                         └─ Java, test-jar ─→ control plane
 * </pre>
 *
 * <p>{@code integration-tests/images.sh} makes them, and {@code Images} asks it to.
 */
@NullMarked
package io.nixfleet.it.host;

import org.jspecify.annotations.NullMarked;

/**
 * The daemon on a host: real systemd 252 as init of a container, real Nix 2.8 with its daemon, and
 * systems that switch as NixOS's do.
 *
 * <pre>
 * Recipe ─ nix-build ─→ FakeSystem ─ nix copy ─→ Nginx ──────────┐ fetch
 *                                                                ▼
 * RecordingControlPlane ←─ polls, reports ─ SystemHost: agent ─→ nix-daemon
 *                                              └─ systemd-run ─→ switch-to-configuration ─→ units
 * </pre>
 *
 * <p>{@code Stage} is what all tests share, {@code Scene} what one test has for itself.
 */
@NullMarked
package io.nixfleet.it.system;

import org.jspecify.annotations.NullMarked;

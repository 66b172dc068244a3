/**
 * The daemon on a host of its own (see {@code it.host}), with a control plane in the test.
 *
 * <pre>
 * FakeSystem ─ nix copy ─→ Nginx ─ fetch ─→ SystemHost: HostAgent ─ polls, reports ─→ RecordingControlPlane
 * </pre>
 *
 * <p>{@code Stage} is what all tests share, {@code Scene} what one test has for itself.
 */
@NullMarked
package io.nixfleet.it.system;

import org.jspecify.annotations.NullMarked;

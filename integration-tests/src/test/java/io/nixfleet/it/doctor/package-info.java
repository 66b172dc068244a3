/**
 * {@code nixfleet-agent doctor}: the packaged program on hosts where all is well, or one thing is
 * broken.
 *
 * <p>A host is this machine with a Nix, its daemon and a chroot store of its own, a real cache and
 * control plane, an agent that runs, and a mount namespace in which there are a system and its
 * profile. systemd is played by a script; {@code it.system} has a real one.
 */
@NullMarked
package io.nixfleet.it.doctor;

import org.jspecify.annotations.NullMarked;

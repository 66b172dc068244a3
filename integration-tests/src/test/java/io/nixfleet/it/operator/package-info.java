/**
 * The operator's command, run as a child process, with real Nix, sshd and caches, and a scripted
 * control plane.
 */
@NullMarked
package io.nixfleet.it.operator;

import org.jspecify.annotations.NullMarked;

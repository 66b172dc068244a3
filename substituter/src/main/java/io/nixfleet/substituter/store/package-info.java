/**
 * The store that paths go into, whatever stands behind it: a Nix daemon, a chroot store, a plain
 * directory. Implementations live in {@code daemon} and {@code unpack}.
 */
@NullMarked
package io.nixfleet.substituter.store;

import org.jspecify.annotations.NullMarked;

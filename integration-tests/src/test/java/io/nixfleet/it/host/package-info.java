/**
 * Hosts in containers, and the images that they boot from.
 *
 * <pre>
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

/**
 * Ed25519 signatures of store paths: keys, signatures, the fingerprint that is signed. The only
 * package that uses Bouncy Castle. Pure: no I/O.
 */
@NullMarked
package io.nixfleet.nix.signature;

import org.jspecify.annotations.NullMarked;

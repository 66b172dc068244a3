/**
 * What a cache says of a store path, from text to trust. Pure: no I/O.
 *
 * <pre>
 * narinfo text ─ NarInfoParser ─→ NarInfo (anybody's claim) ─ NarInfoVerifier ─→ VerifiedNarInfo
 *                                                                └→ Untrusted: why, offered keys
 * </pre>
 */
@NullMarked
package io.nixfleet.nix.narinfo;

import org.jspecify.annotations.NullMarked;

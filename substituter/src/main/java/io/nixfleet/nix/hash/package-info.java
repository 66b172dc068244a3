/**
 * Hashes as Nix writes them: {@code algorithm:digest} in base16, nixbase32 or base64, and SRI.
 * Pure: no I/O.
 */
@NullMarked
package io.nixfleet.nix.hash;

import org.jspecify.annotations.NullMarked;

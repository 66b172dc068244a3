/** Text encodings of bytes that Nix uses: nixbase32 and base16. Pure: no I/O. */
@NullMarked
package io.nixfleet.nix.encoding;

import org.jspecify.annotations.NullMarked;

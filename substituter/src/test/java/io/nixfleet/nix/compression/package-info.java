/** Tests of the decompressors, and {@link Compressed}, which makes their input. */
@NullMarked
package io.nixfleet.nix.compression;

import org.jspecify.annotations.NullMarked;

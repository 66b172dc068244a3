package io.nixfleet.nix.narinfo;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.hash.NixHash;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a narinfo claims, well-formed but not yet trusted.
 *
 * @param info what the path is
 * @param url where its NAR lies, a reference relative to the cache's base (RFC 3986), as written
 * @param compression how the NAR is compressed there
 * @param fileHash hash of the compressed file, if given; no Nix verifies it and neither do we,
 *     since the NAR's own hash decides
 * @param fileSize length of the compressed file in bytes, if given; a hint for progress only
 */
public record NarInfo(
        PathInfo info,
        String url,
        Compression compression,
        Optional<NixHash> fileHash,
        OptionalLong fileSize) {}

package io.nixfleet.substituter.cache;

import io.nixfleet.nix.narinfo.NarInfo;

/** A cache's answer about one path. */
public sealed interface NarInfoLookup {
    /** The cache has it and its narinfo is well-formed and names the path that was asked for. */
    record Found(NarInfo narInfo) implements NarInfoLookup {}

    /** The cache does not have it: 404, 410, or 403 as S3 says for unlisted buckets. */
    record Absent() implements NarInfoLookup {}

    /** The narinfo, or the lookup as a whole, failed for good: corrupt, denied or out of reach. */
    record Failed(CacheException reason) implements NarInfoLookup {}
}

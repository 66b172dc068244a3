package io.nixfleet.substituter.cache;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.narinfo.NarInfoParser;
import io.nixfleet.nix.store.StorePath;

/** Judges whether a narinfo is well-formed and an answer to what was asked. */
final class NarInfoText {
    private NarInfoText() {}

    static NarInfoLookup judge(byte[] text, StorePath asked, String cache, String file) {
        String source = "cache %s, %s".formatted(cache, file);
        try {
            return new NarInfoLookup.Found(NarInfoParser.parseFor(asked, text, source));
        } catch (FormatException e) {
            return new NarInfoLookup.Failed(
                    new CacheException(
                            CacheException.Kind.CORRUPT, String.valueOf(e.getMessage()), e));
        }
    }
}

package io.nixfleet.nix.store;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;

/**
 * How a path's address was computed from its content: the narinfo field {@code CA}.
 *
 * @param method what was hashed
 * @param hash the hash of that
 */
public record ContentAddress(Method method, NixHash hash) {
    /** What a content address hashes, with the prefix that Nix writes. */
    public enum Method {
        /** A text file made by evaluation; always SHA-256. */
        TEXT("text:"),
        /** One file's bytes. */
        FLAT("fixed:"),
        /** The NAR. */
        NAR("fixed:r:"),
        /** The Git tree or blob object. */
        GIT("fixed:git:");

        private final String prefix;

        Method(String prefix) {
            this.prefix = prefix;
        }
    }

    public ContentAddress {
        if (method == Method.TEXT && hash.algorithm() != HashAlgorithm.SHA256) {
            throw new FormatException("a text content address is SHA-256, not " + hash);
        }
    }

    public static ContentAddress parse(String text) {
        Method method;
        if (text.startsWith(Method.TEXT.prefix)) {
            method = Method.TEXT;
        } else if (text.startsWith(Method.NAR.prefix)) {
            method = Method.NAR;
        } else if (text.startsWith(Method.GIT.prefix)) {
            method = Method.GIT;
        } else if (text.startsWith(Method.FLAT.prefix)) {
            method = Method.FLAT;
        } else {
            throw new FormatException(
                    "content address %s does not start with text: or fixed:"
                            .formatted(FormatException.excerpt(text)));
        }
        return new ContentAddress(method, NixHash.parse(text.substring(method.prefix.length())));
    }

    @Override
    public String toString() {
        return method.prefix + hash;
    }
}

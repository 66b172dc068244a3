package io.nixfleet.substituter.cache;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.compression.Decompressors;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.substituter.cache.http.HttpHead;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What an HTTP body is encoded with besides the NAR's own compression.
 *
 * @param chain in the order in which they were applied; empty for the identity
 */
record ContentEncodings(List<Compression> chain) {
    ContentEncodings {
        chain = List.copyOf(chain);
    }

    /**
     * Reads the header {@code Content-Encoding}.
     *
     * @throws FormatException for an encoding that was not asked for and is not known, or for more
     *     than one: nobody needs that, and each would take its memory
     */
    static ContentEncodings of(HttpHead head) {
        var chain = new ArrayList<Compression>();
        for (String header : head.headers("Content-Encoding")) {
            for (String coding : header.split(",", -1)) {
                switch (coding.strip().toLowerCase(Locale.ROOT)) {
                    case "", "identity" -> {}
                    case "gzip", "x-gzip" -> chain.add(Compression.GZIP);
                    case "zstd" -> chain.add(Compression.ZSTD);
                    case "br" -> chain.add(Compression.BR);
                    case "xz", "x-xz" -> chain.add(Compression.XZ);
                    case "bzip2", "x-bzip2" -> chain.add(Compression.BZIP2);
                    default ->
                            throw new FormatException(
                                    "Content-Encoding %s is not supported"
                                            .formatted(FormatException.excerpt(coding)));
                }
            }
        }
        if (chain.size() > 1) {
            throw new FormatException("%d Content-Encodings are too many".formatted(chain.size()));
        }
        return new ContentEncodings(chain);
    }

    boolean identity() {
        return chain.isEmpty();
    }

    /** Undoes them all. */
    InputStream decode(InputStream body, Decompressors decompressors, Decompressors.Window window)
            throws IOException {
        InputStream decoded = body;
        for (Compression encoding : chain.reversed()) {
            decoded = decompressors.open(encoding, decoded, window);
        }
        return decoded;
    }
}

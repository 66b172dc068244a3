package io.nixfleet.nix.compression;

import io.nixfleet.nix.encoding.FormatException;
import java.util.Locale;

/** How a NAR file, or an HTTP body by its Content-Encoding, is compressed. */
public enum Compression {
    NONE,
    XZ,
    ZSTD,
    BZIP2,
    GZIP,
    BR;

    /**
     * Finds a compression by the name that a narinfo's {@code Compression} field has.
     *
     * @throws FormatException for one that is not supported
     */
    public static Compression parse(String nixName) {
        for (Compression compression : values()) {
            if (compression.nixName().equals(nixName)) {
                return compression;
            }
        }
        throw new FormatException(
                "compression %s is not supported, only none, xz, zstd, bzip2, gzip and br are"
                        .formatted(FormatException.excerpt(nixName)));
    }

    public String nixName() {
        return name().toLowerCase(Locale.ROOT);
    }
}

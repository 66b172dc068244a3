package io.nixfleet.nix.narinfo;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.store.ContentAddress;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads narinfo files. Takes time and memory linear in the text; whoever fetched the text bounds
 * it.
 *
 * <p>Unknown keys are ignored, as are signatures that are malformed: Nix 2.34 would refuse the
 * whole narinfo, but one broken signature beside a good one says nothing of the path. Each other
 * key may stand once. Of signatures the first 32 are read, as many as are tried at most.
 */
public final class NarInfoParser {
    // A plan keeps these of every path, and nobody's signature covers them.
    private static final int MAX_URL_LENGTH = 4096;

    private static final String NO_DERIVER = "unknown-deriver";

    private NarInfoParser() {}

    /**
     * Reads a narinfo.
     *
     * @param dir the directory that its store path must lie in
     * @param text the file's bytes
     * @param source the file's URL, free of secrets, for messages
     * @throws NarInfoFormatException when it is malformed
     */
    public static NarInfo parse(StoreDir dir, byte[] text, String source) {
        var lines = NarInfoLines.split(text, source);
        var info =
                new PathInfo(
                        lines.require(
                                NarInfoField.STORE_PATH, value -> StorePath.parse(dir, value)),
                        lines.read(NarInfoField.DERIVER, value -> deriver(dir, value))
                                .flatMap(deriver -> deriver),
                        lines.require(NarInfoField.NAR_HASH, NarInfoParser::sha256),
                        lines.require(NarInfoField.NAR_SIZE, NarInfoParser::positive),
                        lines.read(NarInfoField.REFERENCES, value -> references(dir, value))
                                .orElse(List.of()),
                        lines.signatures(),
                        lines.read(NarInfoField.CA, NarInfoParser::contentAddress)
                                .flatMap(address -> address));
        return new NarInfo(
                info,
                lines.require(NarInfoField.URL, NarInfoParser::url),
                lines.read(NarInfoField.COMPRESSION, NarInfoParser::compression)
                        .orElse(Compression.BZIP2),
                lines.read(NarInfoField.FILE_HASH, NixHash::parse),
                lines.read(NarInfoField.FILE_SIZE, NarInfoParser::number)
                        .map(OptionalLong::of)
                        .orElse(OptionalLong.empty()));
    }

    /**
     * Reads the narinfo that was asked for by a path.
     *
     * @throws NarInfoFormatException also when it is that of another path
     */
    public static NarInfo parseFor(StorePath asked, byte[] text, String source) {
        NarInfo narInfo = parse(asked.dir(), text, source);
        if (!narInfo.info().path().equals(asked)) {
            throw new NarInfoFormatException(
                    source, "asked for %s but it is of %s".formatted(asked, narInfo.info().path()));
        }
        return narInfo;
    }

    private static Optional<StorePath> deriver(StoreDir dir, String value) {
        return value.equals(NO_DERIVER)
                ? Optional.empty()
                : Optional.of(StorePath.ofBaseName(dir, value));
    }

    private static NixHash sha256(String value) {
        NixHash hash = NixHash.parse(value);
        if (hash.algorithm() != HashAlgorithm.SHA256) {
            throw new FormatException("it is not SHA-256 but " + hash.algorithm().nixName());
        }
        return hash;
    }

    private static long positive(String value) {
        long number = number(value);
        if (number == 0) {
            throw new FormatException("a NAR is never empty");
        }
        return number;
    }

    private static long number(String value) {
        boolean digits = !value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits) {
            throw new FormatException(
                    "expected a decimal number but found " + FormatException.excerpt(value));
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new FormatException("larger than any file: " + FormatException.excerpt(value), e);
        }
    }

    private static List<StorePath> references(StoreDir dir, String value) {
        var references = new ArrayList<StorePath>();
        int start = 0;
        while (start < value.length()) {
            int space = value.indexOf(' ', start);
            int end = space < 0 ? value.length() : space;
            if (end > start) {
                references.add(StorePath.ofBaseName(dir, value.substring(start, end)));
            }
            start = end + 1;
        }
        return references;
    }

    private static Optional<ContentAddress> contentAddress(String value) {
        return value.isEmpty() ? Optional.empty() : Optional.of(ContentAddress.parse(value));
    }

    private static Compression compression(String value) {
        return value.isEmpty() ? Compression.BZIP2 : Compression.parse(value);
    }

    private static String url(String value) {
        if (value.isEmpty() || !value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new FormatException(
                    "expected a URL of visible ASCII characters but found "
                            + FormatException.excerpt(value));
        }
        if (value.length() > MAX_URL_LENGTH) {
            throw new FormatException("longer than any URL: " + FormatException.excerpt(value));
        }
        return value;
    }
}

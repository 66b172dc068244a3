package io.nixfleet.nix.hash;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.encoding.NixBase32;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A digest together with its algorithm. Immutable. */
public final class NixHash {
    private final HashAlgorithm algorithm;
    private final byte[] digest;

    private NixHash(HashAlgorithm algorithm, byte[] digest) {
        this.algorithm = algorithm;
        this.digest = digest;
    }

    /**
     * Wraps a digest (copied).
     *
     * @throws FormatException when its length is not the algorithm's
     */
    public static NixHash of(HashAlgorithm algorithm, byte[] digest) {
        if (digest.length != algorithm.digestLength()) {
            throw new FormatException(
                    "a %s digest has %d bytes, not %d"
                            .formatted(
                                    algorithm.nixName(), algorithm.digestLength(), digest.length));
        }
        return new NixHash(algorithm, digest.clone());
    }

    /** Hashes the bytes. */
    public static NixHash compute(HashAlgorithm algorithm, byte[] content) {
        return new NixHash(algorithm, algorithm.newDigest().digest(content));
    }

    /**
     * Reads {@code algorithm:digest} with the digest in base16, nixbase32 or base64 (told apart by
     * length, as Nix does), or SRI {@code algorithm-base64}.
     */
    public static NixHash parse(String text) {
        int separator = 0;
        while (separator < text.length()
                && text.charAt(separator) != ':'
                && text.charAt(separator) != '-') {
            separator++;
        }
        if (separator == text.length()) {
            throw new FormatException(
                    "hash %s has no algorithm prefix, expected something like sha256:…"
                            .formatted(FormatException.excerpt(text)));
        }
        var algorithm = HashAlgorithm.parse(text.substring(0, separator));
        String digest = text.substring(separator + 1);
        return text.charAt(separator) == '-'
                ? new NixHash(algorithm, decodeBase64(algorithm, digest))
                : parseDigest(algorithm, digest);
    }

    /** Reads a digest without prefix: base16, nixbase32 or base64, told apart by length. */
    public static NixHash parseDigest(HashAlgorithm algorithm, String digest) {
        int length = algorithm.digestLength();
        byte[] bytes;
        if (digest.length() == length * 2) {
            try {
                bytes = HexFormat.of().parseHex(digest);
            } catch (IllegalArgumentException e) {
                throw new FormatException(
                        "not a base16 digest: " + FormatException.excerpt(digest), e);
            }
        } else if (digest.length() == NixBase32.encodedLength(length)) {
            bytes = NixBase32.decode(digest, length);
        } else {
            bytes = decodeBase64(algorithm, digest);
        }
        return new NixHash(algorithm, bytes);
    }

    private static byte[] decodeBase64(HashAlgorithm algorithm, String digest) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(digest);
        } catch (IllegalArgumentException e) {
            throw new FormatException(
                    "not a base16, nixbase32 or base64 %s digest: %s"
                            .formatted(algorithm.nixName(), FormatException.excerpt(digest)),
                    e);
        }
        if (bytes.length != algorithm.digestLength()) {
            throw new FormatException(
                    "a %s digest has %d bytes but %s stands for %d"
                            .formatted(
                                    algorithm.nixName(),
                                    algorithm.digestLength(),
                                    FormatException.excerpt(digest),
                                    bytes.length));
        }
        return bytes;
    }

    public HashAlgorithm algorithm() {
        return algorithm;
    }

    /** A copy of the digest's bytes. */
    public byte[] digest() {
        return digest.clone();
    }

    /** The digest alone in base16, as the worker protocol carries it. */
    public String toBase16() {
        return HexFormat.of().formatHex(digest);
    }

    /** The digest alone in nixbase32, as in NAR file names. */
    public String toNixBase32() {
        return NixBase32.encode(digest);
    }

    /** {@code sha256-<base64>}, as Nix's JSON output has it. */
    public String toSri() {
        return algorithm.nixName() + "-" + Base64.getEncoder().encodeToString(digest);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NixHash that
                && algorithm == that.algorithm
                && Arrays.equals(digest, that.digest);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(digest);
    }

    /** {@code sha256:<nixbase32>}, the form of narinfo files and fingerprints. */
    @Override
    public String toString() {
        return algorithm.nixName() + ":" + toNixBase32();
    }
}

package io.nixfleet.nix.signature;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.store.StorePath;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * What a signature signs of a store path: {@code 1;<path>;sha256:<nixbase32>;<NAR size>;<references
 * joined by commas>}. Its URL, compression, deriver and content address are not covered. Immutable.
 */
public final class Fingerprint {
    private final byte[] bytes;

    private Fingerprint(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Composes the fingerprint.
     *
     * @param narHash SHA-256 of the NAR
     * @param narSize the NAR's length in bytes
     * @param references all that it refers to, itself included where it does; in any order
     * @throws FormatException when the hash is of another algorithm
     */
    public static Fingerprint of(
            StorePath path, NixHash narHash, long narSize, Collection<StorePath> references) {
        if (narHash.algorithm() != HashAlgorithm.SHA256) {
            throw new FormatException(
                    "%s cannot be signed: its NAR hash %s is not SHA-256".formatted(path, narHash));
        }
        String joined =
                references.stream()
                        .distinct()
                        .sorted()
                        .map(StorePath::toString)
                        .collect(Collectors.joining(","));
        String text = "1;%s;%s;%d;%s".formatted(path, narHash, narSize, joined);
        return new Fingerprint(text.getBytes(StandardCharsets.UTF_8));
    }

    byte[] bytes() {
        return bytes;
    }

    /** The signed text. */
    @Override
    public String toString() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

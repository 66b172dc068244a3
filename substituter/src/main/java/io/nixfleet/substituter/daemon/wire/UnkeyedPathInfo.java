package io.nixfleet.substituter.daemon.wire;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.signature.Signature;
import io.nixfleet.nix.store.ContentAddress;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a daemon says of a path, in its words: read off the wire as a whole before any of it is made
 * sense of, so that an odd value spoils this answer and not the connection.
 */
public record UnkeyedPathInfo(
        String deriver,
        String narHash,
        List<String> references,
        long registrationTime,
        long narSize,
        boolean ultimate,
        List<String> signatures,
        String contentAddress) {
    private static final int MAX_PATH_BYTES = 4096;
    private static final int MAX_REFERENCES = 1_000_000;
    private static final int MAX_SIGNATURES = 10_000;

    public UnkeyedPathInfo {
        references = List.copyOf(references);
        signatures = List.copyOf(signatures);
    }

    public static UnkeyedPathInfo read(WireReader in) throws IOException {
        return new UnkeyedPathInfo(
                in.string("a deriver", MAX_PATH_BYTES),
                in.string("a NAR hash", 256),
                in.strings("references", MAX_REFERENCES, MAX_PATH_BYTES),
                in.u64("a registration time"),
                in.integer("a NAR size", Long.MAX_VALUE),
                in.bool("the ultimate flag"),
                in.strings("signatures", MAX_SIGNATURES, MAX_PATH_BYTES),
                in.string("a content address", MAX_PATH_BYTES));
    }

    /**
     * Makes sense of it. Malformed signatures, which Nix 2.8 lets into its database, are left out.
     *
     * @throws FormatException when a part is not what it should be
     */
    public PathInfo of(StorePath path) {
        return new PathInfo(
                path,
                deriver.isEmpty()
                        ? Optional.empty()
                        : Optional.of(StorePath.parse(path.dir(), deriver)),
                NixHash.parseDigest(HashAlgorithm.SHA256, narHash),
                narSize,
                references.stream().map(text -> StorePath.parse(path.dir(), text)).toList(),
                signatures.stream().flatMap(UnkeyedPathInfo::wellFormed).toList(),
                contentAddress.isEmpty()
                        ? Optional.empty()
                        : Optional.of(ContentAddress.parse(contentAddress)));
    }

    private static Stream<Signature> wellFormed(String signature) {
        try {
            return Stream.of(Signature.parse(signature));
        } catch (FormatException _) {
            return Stream.empty();
        }
    }
}

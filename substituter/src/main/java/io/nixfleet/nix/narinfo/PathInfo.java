package io.nixfleet.nix.narinfo;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.signature.Fingerprint;
import io.nixfleet.nix.signature.Signature;
import io.nixfleet.nix.store.ContentAddress;
import io.nixfleet.nix.store.StorePath;
import java.util.List;
import java.util.Optional;

/**
 * What a store knows of a valid path.
 *
 * @param path the path itself
 * @param deriver the derivation that built it, where known
 * @param narHash SHA-256 of its NAR
 * @param narSize the NAR's length in bytes, more than 0
 * @param references the paths it refers to, perhaps itself; distinct, ascending
 * @param signatures well-formed signatures, of known and unknown keys
 * @param contentAddress how its address was computed from its content, if it was
 */
public record PathInfo(
        StorePath path,
        Optional<StorePath> deriver,
        NixHash narHash,
        long narSize,
        List<StorePath> references,
        List<Signature> signatures,
        Optional<ContentAddress> contentAddress) {
    public PathInfo {
        if (narHash.algorithm() != HashAlgorithm.SHA256) {
            throw new FormatException("the NAR hash of " + path + " is not SHA-256: " + narHash);
        }
        if (narSize <= 0) {
            throw new FormatException("the NAR size of " + path + " is not positive: " + narSize);
        }
        references = references.stream().distinct().sorted().toList();
        signatures = List.copyOf(signatures);
    }

    /** What signatures of this path sign. */
    public Fingerprint fingerprint() {
        return Fingerprint.of(path, narHash, narSize, references);
    }

    /** The same with other signatures. */
    public PathInfo withSignatures(List<Signature> others) {
        return new PathInfo(path, deriver, narHash, narSize, references, others, contentAddress);
    }
}

package io.nixfleet.agent.doctor;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.signature.Fingerprint;
import io.nixfleet.nix.signature.PublicKey;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/** Keys by their names, and a path that they sign. */
final class Signed {
    static final StorePath PATH =
            StorePath.ofBaseName(
                    StoreDir.NIX_STORE, "0123456789abcdfghijklmnpqrsvwxyz-nixos-system-a");

    private static final int SIZE = 1000;

    private Signed() {}

    private static SecretKey key(String name) {
        return SecretKey.generate(name, new Random(name.hashCode()));
    }

    static PublicKey publicKey(String name) {
        return key(name).publicKey();
    }

    static NarInfo by(String name) {
        NixHash hash = NixHash.compute(HashAlgorithm.SHA256, new byte[SIZE]);
        var info =
                new PathInfo(
                        PATH,
                        Optional.empty(),
                        hash,
                        SIZE,
                        List.of(),
                        List.of(key(name).sign(Fingerprint.of(PATH, hash, SIZE, List.of()))),
                        Optional.empty());
        return new NarInfo(
                info, "nar/a.nar", Compression.NONE, Optional.empty(), OptionalLong.empty());
    }
}

package io.nixfleet.it.jmh;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.Seeds;
import io.nixfleet.testing.TestPaths;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/** A narinfo with so many references, and else as cache.nixos.org has them. */
final class NarInfoOfSize {
    static final SecretKey KEY = TestPaths.key("cache.example.org-1");

    private static final List<String> NAMES =
            List.of(
                    "glibc-2.40-66",
                    "bash-5.3p3",
                    "openssl-3.4.1",
                    "zlib-1.3.1",
                    "python3.13-setuptools-80.9.0",
                    "systemd-257.7",
                    "unit-nix-daemon.service",
                    "xz-5.8.1-bin");

    private NarInfoOfSize() {}

    static NarInfo withReferences(int count) {
        RandomGenerator random = Seeds.random(count);
        var references = new ArrayList<StorePath>();
        for (int i = 0; i < count; i++) {
            references.add(TestPaths.path(random, Seeds.pick(random, NAMES)));
        }
        var unsigned =
                new PathInfo(
                        TestPaths.path(random, "nix-2.31.1"),
                        Optional.of(TestPaths.path(random, "nix-2.31.1.drv")),
                        TestPaths.hash(random, HashAlgorithm.SHA256),
                        12_345_678,
                        references,
                        List.of(),
                        Optional.empty());
        var fileHash = TestPaths.hash(random, HashAlgorithm.SHA256);
        return new NarInfo(
                TestPaths.sign(unsigned, KEY),
                "nar/" + fileHash.toNixBase32() + ".nar.xz",
                Compression.XZ,
                Optional.of(fileHash),
                OptionalLong.of(4_115_226));
    }
}

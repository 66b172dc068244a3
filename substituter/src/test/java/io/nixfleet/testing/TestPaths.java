package io.nixfleet.testing;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.encoding.NixBase32;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/** Random store paths, path infos and narinfos. */
public final class TestPaths {
    private static final String NAME_CHARACTERS =
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._?=";

    private TestPaths() {}

    /** A key that is the same for the same name. */
    public static SecretKey key(String name) {
        return SecretKey.generate(name, Seeds.random(name.hashCode()));
    }

    public static StorePath path(RandomGenerator random, String name) {
        return StorePath.ofBaseName(
                StoreDir.NIX_STORE, NixBase32.encode(bytes(random, 20)) + "-" + name);
    }

    /** A path with a name of any allowed characters and length. */
    public static StorePath path(RandomGenerator random) {
        // Names of the shape of '.' are refused, so the first character is a letter.
        var name = new StringBuilder("n");
        int length = random.nextInt(1, 212);
        while (name.length() < length) {
            name.append(NAME_CHARACTERS.charAt(random.nextInt(NAME_CHARACTERS.length())));
        }
        return path(random, name.toString());
    }

    public static NixHash hash(RandomGenerator random, HashAlgorithm algorithm) {
        return NixHash.of(algorithm, bytes(random, algorithm.digestLength()));
    }

    /** An unsigned, input-addressed path with up to 20 references, now and then to itself. */
    public static PathInfo info(RandomGenerator random) {
        StorePath path = path(random);
        var references = new ArrayList<StorePath>();
        for (int i = random.nextInt(21); i > 0; i--) {
            references.add(path(random));
        }
        if (random.nextInt(4) == 0) {
            references.add(path);
        }
        Optional<StorePath> deriver =
                random.nextBoolean() ? Optional.of(path(random, "n.drv")) : Optional.empty();
        return new PathInfo(
                path,
                deriver,
                hash(random, HashAlgorithm.SHA256),
                random.nextLong(1, Long.MAX_VALUE),
                references,
                List.of(),
                Optional.empty());
    }

    /** The same info with one more signature. */
    public static PathInfo sign(PathInfo info, SecretKey key) {
        var signatures = new ArrayList<>(info.signatures());
        signatures.add(key.sign(info.fingerprint()));
        return info.withSignatures(signatures);
    }

    /** A narinfo as Nix would write it for the path. */
    public static NarInfo narInfo(PathInfo info, Compression compression) {
        String url = "nar/" + info.narHash().toNixBase32() + ".nar";
        return new NarInfo(info, url, compression, Optional.empty(), OptionalLong.empty());
    }

    /** A narinfo with every field drawn at random, signed by up to two of the keys. */
    public static NarInfo narInfo(RandomGenerator random, List<SecretKey> keys) {
        PathInfo info = info(random);
        for (int i = random.nextInt(3); i > 0; i--) {
            info = sign(info, Seeds.pick(random, keys));
        }
        Compression compression = Seeds.pick(random, List.of(Compression.values()));
        return new NarInfo(
                info,
                narInfo(info, compression).url(),
                compression,
                random.nextBoolean()
                        ? Optional.of(hash(random, HashAlgorithm.SHA256))
                        : Optional.empty(),
                random.nextBoolean()
                        ? OptionalLong.of(random.nextLong(Long.MAX_VALUE))
                        : OptionalLong.empty());
    }

    private static byte[] bytes(RandomGenerator random, int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}

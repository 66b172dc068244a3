package io.nixfleet.it.nix;

import io.nixfleet.nix.encoding.NixBase32;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.signature.Fingerprint;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** A store path of a test, one regular file, with its NAR and signed info. */
public final class TestPath {
    private final PathInfo info;
    private final byte[] nar;

    private TestPath(PathInfo info, byte[] nar) {
        this.info = info;
        this.nar = nar;
    }

    /** Makes a path with a random hash part. */
    public static TestPath file(
            String name,
            byte[] content,
            List<StorePath> references,
            SecretKey signer,
            RandomGenerator random) {
        return ofNar(name, nar(content), references, signer, random);
    }

    /** Makes a path of any NAR with a random hash part. */
    public static TestPath ofNar(
            String name,
            byte[] nar,
            List<StorePath> references,
            SecretKey signer,
            RandomGenerator random) {
        var hashPart = new byte[20];
        random.nextBytes(hashPart);
        var path =
                StorePath.ofBaseName(StoreDir.NIX_STORE, NixBase32.encode(hashPart) + "-" + name);
        NixHash hash = NixHash.compute(HashAlgorithm.SHA256, nar);
        var sorted = references.stream().sorted().toList();
        return new TestPath(
                new PathInfo(
                        path,
                        Optional.empty(),
                        hash,
                        nar.length,
                        sorted,
                        List.of(signer.sign(Fingerprint.of(path, hash, nar.length, sorted))),
                        Optional.empty()),
                nar);
    }

    private static byte[] nar(byte[] content) {
        var nar = new ByteArrayOutputStream();
        tokens(nar, "nix-archive-1", "(", "type", "regular", "contents");
        token(nar, content);
        tokens(nar, ")");
        return nar.toByteArray();
    }

    /** A directory with a program, a symbolic link and an empty directory. */
    public static byte[] directoryNar() {
        var nar = new ByteArrayOutputStream();
        tokens(nar, "nix-archive-1", "(", "type", "directory");
        tokens(nar, "entry", "(", "name", "bin", "node", "(", "type", "regular");
        tokens(nar, "executable", "", "contents", "#!/bin/sh\n", ")", ")");
        tokens(nar, "entry", "(", "name", "link", "node", "(", "type", "symlink");
        tokens(nar, "target", "bin", ")", ")");
        tokens(nar, "entry", "(", "name", "share", "node", "(", "type", "directory", ")", ")");
        tokens(nar, ")");
        return nar.toByteArray();
    }

    private static void tokens(ByteArrayOutputStream nar, String... tokens) {
        for (String token : tokens) {
            token(nar, token.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void token(ByteArrayOutputStream nar, byte[] bytes) {
        nar.writeBytes(
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(bytes.length)
                        .array());
        nar.writeBytes(bytes);
        nar.writeBytes(new byte[-bytes.length & 7]);
    }

    public PathInfo info() {
        return info;
    }

    /** Its NAR's bytes; not to be changed. */
    public byte[] nar() {
        return nar;
    }

    public StorePath path() {
        return info.path();
    }

    public InputStream stream() {
        return new ByteArrayInputStream(nar);
    }

    /** The same path with another size claimed, signed anew. */
    public TestPath withSize(long narSize, SecretKey signer) {
        return with(info.narHash(), narSize, info.references(), signer);
    }

    /** The same path with another hash claimed, signed anew. */
    public TestPath withHash(NixHash narHash, SecretKey signer) {
        return with(narHash, info.narSize(), info.references(), signer);
    }

    /** The same path with other references, signed anew. */
    public TestPath withReferences(List<StorePath> references, SecretKey signer) {
        return with(info.narHash(), info.narSize(), references, signer);
    }

    /** The same path with other bytes behind it. */
    public TestPath withNar(byte[] otherNar) {
        return new TestPath(info, otherNar);
    }

    private TestPath with(
            NixHash narHash, long narSize, List<StorePath> references, SecretKey signer) {
        return new TestPath(
                new PathInfo(
                        info.path(),
                        info.deriver(),
                        narHash,
                        narSize,
                        references,
                        List.of(
                                signer.sign(
                                        Fingerprint.of(info.path(), narHash, narSize, references))),
                        info.contentAddress()),
                nar);
    }
}

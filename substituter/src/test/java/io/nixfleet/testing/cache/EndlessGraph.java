package io.nixfleet.testing.cache;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.encoding.NixBase32;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.NarInfoWriter;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.TestPaths;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A cache whose owner has a trusted key, and signs whatever is asked for: each path refers to
 * further ones.
 */
public final class EndlessGraph implements AutoCloseable {
    private static final NixHash ANY = NixHash.compute(HashAlgorithm.SHA256, new byte[1]);

    private final SecretKey key = TestPaths.key("endless-1");
    private final HostileServer server = HostileServer.start();

    private EndlessGraph(int references, boolean shared) {
        List<StorePath> same = shared ? references("shared", references) : List.of();
        server.on("/nix-cache-info", Answers.ok("StoreDir: /nix/store\n"));
        server.otherwise(
                (request, wire) -> {
                    String hashPart = request.path().substring(1).replace(".narinfo", "");
                    byte[] text =
                            narInfo(
                                    pathOf(hashPart),
                                    shared ? same : references(hashPart, references));
                    wire.head(200, "Content-Length: " + text.length);
                    wire.bytes(text);
                });
    }

    /** Each path refers to that many that nothing else refers to. */
    public static EndlessGraph growing(int references) {
        return new EndlessGraph(references, false);
    }

    /** Each path refers to the same ones, that many. */
    public static EndlessGraph dense(int references) {
        return new EndlessGraph(references, true);
    }

    private static StorePath pathOf(String hashPart) {
        return StorePath.ofBaseName(StoreDir.NIX_STORE, hashPart + "-endless");
    }

    private static List<StorePath> references(String seed, int count) {
        return IntStream.range(0, count)
                .mapToObj(
                        index -> {
                            MessageDigest digest = HashAlgorithm.SHA256.newDigest();
                            digest.update((seed + index).getBytes(StandardCharsets.UTF_8));
                            return pathOf(NixBase32.encode(Arrays.copyOf(digest.digest(), 20)));
                        })
                .toList();
    }

    private byte[] narInfo(StorePath path, List<StorePath> references) {
        var info =
                new PathInfo(
                        path, Optional.empty(), ANY, 1000, references, List.of(), Optional.empty());
        return NarInfoWriter.write(TestPaths.narInfo(TestPaths.sign(info, key), Compression.ZSTD))
                .getBytes(StandardCharsets.UTF_8);
    }

    public StorePath root() {
        return pathOf("0".repeat(32));
    }

    public SecretKey key() {
        return key;
    }

    public HostileServer server() {
        return server;
    }

    @Override
    public void close() {
        server.close();
    }
}

package io.nixfleet.agent.tryout;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.compression.Compressors;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.narinfo.NarInfoWriter;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.signature.Fingerprint;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.unpack.TreeArchiver;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** A signed binary cache in memory, served over HTTP on loopback. */
public final class SampleCache implements AutoCloseable {
    /** In turns, so that each is seen to work. */
    private static final List<Compression> COMPRESSIONS =
            List.of(
                    Compression.ZSTD,
                    Compression.XZ,
                    Compression.NONE,
                    Compression.GZIP,
                    Compression.BZIP2);

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Map<String, Buffer> files = new HashMap<>();
    private final Map<StorePath, PathInfo> infos = new HashMap<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final Vertx vertx;
    private final HttpServer server;

    public SampleCache(Vertx vertx, List<SampleClosure.Member> members, SecretKey key)
            throws IOException, InterruptedException {
        this.vertx = vertx;
        files.put("/nix-cache-info", Buffer.buffer("StoreDir: /nix/store\nPriority: 30\n"));
        for (SampleClosure.Member member : members) {
            add(member, key);
        }
        server = vertx.createHttpServer().requestHandler(this::answer);
        try {
            server.listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
            throw new IOException("the sample cache could not listen on 127.0.0.1", e);
        }
    }

    private void add(SampleClosure.Member member, SecretKey key) throws IOException {
        var nar = new ByteArrayOutputStream();
        TreeArchiver.dump(member.tree(), nar);
        var narHash = NixHash.compute(HashAlgorithm.SHA256, nar.toByteArray());
        var fingerprint = Fingerprint.of(member.path(), narHash, nar.size(), member.references());
        var info =
                new PathInfo(
                        member.path(),
                        Optional.empty(),
                        narHash,
                        nar.size(),
                        member.references(),
                        List.of(key.sign(fingerprint)),
                        Optional.empty());
        Compression compression = COMPRESSIONS.get(infos.size() % COMPRESSIONS.size());
        byte[] file = compress(compression, nar.toByteArray());
        var fileHash = NixHash.compute(HashAlgorithm.SHA256, file);
        String url = "nar/" + fileHash.toNixBase32() + ".nar";
        var narInfo =
                new NarInfo(
                        info,
                        url,
                        compression,
                        Optional.of(fileHash),
                        OptionalLong.of(file.length));
        infos.put(member.path(), info);
        files.put("/" + url, Buffer.buffer(file));
        files.put(
                "/" + member.path().hashPart() + ".narinfo",
                Buffer.buffer(NarInfoWriter.write(narInfo).getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] compress(Compression compression, byte[] nar) throws IOException {
        var file = new ByteArrayOutputStream();
        try (OutputStream compressing = Compressors.open(compression, file)) {
            compressing.write(nar);
        }
        return file.toByteArray();
    }

    private void answer(HttpServerRequest request) {
        requests.incrementAndGet();
        Buffer file = files.get(request.path());
        if (file == null) {
            request.response().setStatusCode(404).end();
        } else {
            request.response().end(file);
        }
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    /** What the cache signed. */
    public Map<StorePath, PathInfo> infos() {
        return infos;
    }

    /** How many requests came so far. */
    public int requests() {
        return requests.get();
    }

    @Override
    public void close() {
        var _ = vertx.close();
    }
}

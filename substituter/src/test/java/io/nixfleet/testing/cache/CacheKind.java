package io.nixfleet.testing.cache;

import io.nixfleet.nix.compression.Compressed;
import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.TestClosure.Member;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The kinds of caches that fleets use, each as its server's source has it: what its narinfos say,
 * and how it answers.
 */
public final class CacheKind {
    private CacheKind() {}

    /**
     * harmonia (harmonia-cache/src/nar.rs and zstd_body.rs, harmonia-store-nar-info): plain NARs
     * named by NAR hash and path, zstd as a Content-Encoding, in chunks, for those who take it, and
     * plain ranges, labelled as such.
     */
    public static void harmonia(HostileServer server, List<Member> members) {
        server.on(
                "/nix-cache-info",
                Answers.ok("StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 50\n"));
        for (Member member : members) {
            server.on(ServedClosure.narInfoFile(member), Answers.ok(harmoniaNarInfo(member)));
            server.on(harmoniaNar(member), harmoniaAnswer(member.nar(), Integer.MAX_VALUE));
        }
    }

    /** Where harmonia has a NAR. */
    public static String harmoniaNar(Member member) {
        return "/nar/%s.nar?hash=%s"
                .formatted(member.info().narHash().toNixBase32(), member.path().hashPart());
    }

    /** The narinfo of a cache that compresses nothing itself. */
    public static String harmoniaNarInfo(Member member) {
        return "StorePath: %s\nURL: %s\nCompression: none\nNarHash: sha256:%s\n"
                        .formatted(
                                member.path(),
                                harmoniaNar(member).substring(1),
                                member.info().narHash().toNixBase32())
                + rest(member.info());
    }

    /** harmonia's NAR, of whose encoded form that much comes before the connection is lost. */
    public static Answer harmoniaAnswer(byte[] nar, int sent) {
        return (request, wire) -> {
            String range = request.header("Range");
            if (!range.isEmpty()) {
                int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
                wire.head(
                        206,
                        "Content-Encoding: identity",
                        "Content-Range: bytes %d-%d/%d".formatted(from, nar.length - 1, nar.length),
                        "Accept-Ranges: bytes",
                        "Content-Type: application/x-nix-archive",
                        "Content-Length: " + (nar.length - from));
                wire.bytes(nar, from, nar.length - from);
                return;
            }
            boolean zstd = request.header("Accept-Encoding").contains("zstd");
            byte[] body = zstd ? Compressed.bytes(Compression.ZSTD, nar) : nar;
            byte[] first = Arrays.copyOf(body, Math.min(sent, body.length));
            if (zstd) {
                wire.head(
                        200,
                        "Content-Encoding: zstd",
                        "Vary: accept-encoding",
                        "Accept-Ranges: bytes",
                        "Content-Type: application/x-nix-archive",
                        "Transfer-Encoding: chunked");
                chunks(wire, first);
            } else {
                wire.head(200, "Accept-Ranges: bytes", "Content-Length: " + nar.length);
                wire.bytes(first);
            }
            if (first.length < body.length) {
                wire.close();
            } else if (zstd) {
                wire.text("0\r\n\r\n");
            }
        };
    }

    /**
     * A private cache at an Attic server (server/src/api/binary_cache.rs, error.rs): base16 hashes,
     * neither FileHash nor FileSize, a 307 to the object storage for a NAR of one chunk, several
     * zstd frames in chunks for one of several, 401 without the token.
     *
     * @param name of the cache, the first part of its path
     * @param manyChunks which NARs are of several
     * @param storage refuses, as S3 does, a request that is authorized twice
     */
    public static void attic(
            HostileServer server,
            String name,
            String token,
            List<Member> members,
            Predicate<Member> manyChunks,
            HostileServer storage) {
        String base = "/" + name;
        server.on(
                base + "/nix-cache-info",
                authorized(
                        "Bearer " + token,
                        Answers.ok("WantMassQuery: 1\nStoreDir: /nix/store\nPriority: 41\n")));
        for (Member member : members) {
            PathInfo info = member.info();
            String text =
                    "StorePath: %s\nURL: %s\nCompression: zstd\nNarHash: sha256:%s\n"
                                    .formatted(
                                            member.path(),
                                            atticNar(member),
                                            HexFormat.of().formatHex(digest(member)))
                            + rest(info);
            server.on(
                    base + ServedClosure.narInfoFile(member),
                    authorized("Bearer " + token, Answers.ok(text)));
            String object =
                    "/bucket/%s.chunk?X-Amz-Signature=presigned"
                            .formatted(member.path().hashPart());
            storage.on(object, presigned(ServedClosure.compressedNar(member)));
            server.on(
                    base + "/" + atticNar(member),
                    authorized(
                            "Bearer " + token,
                            manyChunks.test(member)
                                    ? Answers.chunked(frames(member.nar()), 700)
                                    : Answers.redirect(307, storage.uri() + object)));
        }
    }

    /** Where, relative to the cache, Attic has a NAR. */
    public static String atticNar(Member member) {
        return "nar/%s.nar".formatted(member.path().hashPart());
    }

    /** What Attic says of a NAR some of whose chunks are missing. */
    public static Answer atticIncomplete() {
        return json(
                503,
                "{\"code\":503,\"error\":\"IncompleteNar\",\"message\":\"NAR is incomplete\"}");
    }

    /**
     * A private Cachix cache: a login of no user and the token, a 302 to where the NARs lie, xz or
     * zstd as each path was pushed.
     */
    public static void cachix(
            HostileServer server, String token, List<Member> members, HostileServer storage) {
        String login = basic(":" + token);
        server.on(
                "/nix-cache-info",
                authorized(
                        login,
                        Answers.ok("StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 41\n")));
        for (Member member : members) {
            boolean xz = members.indexOf(member) % 2 == 0;
            Compression compression = xz ? Compression.XZ : Compression.ZSTD;
            byte[] file = Compressed.bytes(compression, member.nar());
            String url = url(file, xz ? "xz" : "zst");
            server.on(
                    ServedClosure.narInfoFile(member),
                    authorized(login, Answers.ok(fullNarInfo(member, compression, file, url))));
            storage.on("/objects/" + url + "?sig=presigned", presigned(file));
            server.on(
                    "/" + url,
                    authorized(
                            login,
                            Answers.redirect(
                                    302, storage.uri() + "/objects/" + url + "?sig=presigned")));
        }
    }

    private static String url(byte[] file, String extension) {
        return "nar/%s.nar.%s"
                .formatted(NixHash.compute(HashAlgorithm.SHA256, file).toNixBase32(), extension);
    }

    private static String fullNarInfo(
            Member member, Compression compression, byte[] file, String url) {
        return "StorePath: %s\nURL: %s\nCompression: %s\nFileHash: sha256:%s\nFileSize: %d\nNarHash: sha256:%s\n"
                        .formatted(
                                member.path(),
                                url,
                                compression == Compression.XZ ? "xz" : "zstd",
                                NixHash.compute(HashAlgorithm.SHA256, file).toNixBase32(),
                                file.length,
                                member.info().narHash().toNixBase32())
                + rest(member.info());
    }

    private static String rest(PathInfo info) {
        var text = new StringBuilder("NarSize: %d\n".formatted(info.narSize()));
        text.append("References: ").append(names(info.references())).append('\n');
        info.deriver().ifPresent(deriver -> text.append("Deriver: " + deriver.baseName() + "\n"));
        info.signatures().forEach(signature -> text.append("Sig: " + signature + "\n"));
        return text.toString();
    }

    private static String names(List<StorePath> paths) {
        return paths.stream().map(StorePath::baseName).collect(Collectors.joining(" "));
    }

    private static byte[] digest(Member member) {
        return NixHash.compute(HashAlgorithm.SHA256, member.nar()).digest();
    }

    /** Half and half, each a zstd frame of its own. */
    private static byte[] frames(byte[] nar) {
        int half = nar.length / 2;
        var frames = new ByteArrayOutputStream();
        frames.writeBytes(Compressed.bytes(Compression.ZSTD, Arrays.copyOf(nar, half)));
        frames.writeBytes(
                Compressed.bytes(Compression.ZSTD, Arrays.copyOfRange(nar, half, nar.length)));
        return frames.toByteArray();
    }

    private static void chunks(Wire wire, byte[] body) throws IOException {
        for (int at = 0; at < body.length; at += 1000) {
            int length = Math.min(1000, body.length - at);
            wire.text(Integer.toHexString(length) + "\r\n");
            wire.bytes(body, at, length);
            wire.text("\r\n");
        }
    }

    private static Answer authorized(String wanted, Answer answer) {
        return (request, wire) -> {
            Answer given =
                    request.header("Authorization").equals(wanted)
                            ? answer
                            : json(
                                    401,
                                    "{\"code\":401,\"error\":\"Unauthorized\",\"message\":\"Unauthorized\"}");
            given.send(request, wire);
        };
    }

    /** Object storage takes the signature in the query or a header, never both. */
    private static Answer presigned(byte[] body) {
        return (request, wire) -> {
            Answer given =
                    request.header("Authorization").isEmpty()
                            ? Answers.ranged(body, Integer.MAX_VALUE)
                            : Answers.status(400);
            given.send(request, wire);
        };
    }

    private static Answer json(int status, String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        return (_, wire) -> {
            wire.head(status, "Content-Type: application/json", "Content-Length: " + body.length);
            wire.bytes(body);
        };
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
}

package io.nixfleet.testing.cache;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.narinfo.NarInfoWriter;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.NarBytes;
import io.nixfleet.testing.Seeds;
import io.nixfleet.testing.TestPaths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A path with one file of any size, which is never in memory as a whole. */
public final class HugeNar {
    private static final int BLOCK = 1 << 20;

    private final StorePath path = TestPaths.path(Seeds.random(99), "huge");
    private final byte[] block = new byte[BLOCK];
    private final byte[] head;
    private final byte[] tail;
    private final long fileBytes;

    /** With a file of that many MiB. */
    public HugeNar(int mebibytes) {
        Seeds.random(5).nextBytes(block);
        fileBytes = (long) mebibytes * BLOCK;
        head =
                new NarBytes()
                        .strings("nix-archive-1", "(", "type", "regular", "contents")
                        .length(fileBytes)
                        .toByteArray();
        tail = new NarBytes().strings(")").toByteArray();
    }

    public StorePath path() {
        return path;
    }

    public long size() {
        return head.length + fileBytes + tail.length;
    }

    /** Its narinfo, signed; the NAR is not compressed. */
    public byte[] narInfo(SecretKey key) {
        MessageDigest digest = HashAlgorithm.SHA256.newDigest();
        digest.update(head);
        for (long index = 0; index < fileBytes / BLOCK; index++) {
            digest.update(blockAt(index));
        }
        digest.update(tail);
        var info =
                new PathInfo(
                        path,
                        Optional.empty(),
                        NixHash.of(HashAlgorithm.SHA256, digest.digest()),
                        size(),
                        List.of(),
                        List.of(),
                        Optional.empty());
        var narInfo =
                new NarInfo(
                        TestPaths.sign(info, key),
                        "nar/huge.nar",
                        Compression.NONE,
                        Optional.empty(),
                        OptionalLong.of(size()));
        return NarInfoWriter.write(narInfo).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] blockAt(long index) {
        byte[] copy = block.clone();
        copy[0] = (byte) index;
        copy[1] = (byte) (index >> 8);
        return copy;
    }

    /** Serves it whole, and from any byte on by Range. */
    public Answer ranged() {
        return (request, wire) -> {
            String range = request.header("Range");
            long from =
                    range.isEmpty()
                            ? 0
                            : Long.parseLong(
                                    range.substring("bytes=".length(), range.length() - 1));
            String length = "Content-Length: " + (size() - from);
            if (range.isEmpty()) {
                wire.head(200, length, "ETag: \"huge\"");
            } else {
                wire.head(
                        206,
                        length,
                        "ETag: \"huge\"",
                        "Content-Range: bytes %d-%d/%d".formatted(from, size() - 1, size()));
            }
            write(wire, from);
        };
    }

    private void write(Wire wire, long from) throws IOException {
        long at = from;
        while (at < size()) {
            byte[] piece;
            int offset;
            if (at < head.length) {
                piece = head;
                offset = (int) at;
            } else if (at < head.length + fileBytes) {
                piece = blockAt((at - head.length) / BLOCK);
                offset = (int) ((at - head.length) % BLOCK);
            } else {
                piece = tail;
                offset = (int) (at - head.length - fileBytes);
            }
            wire.bytes(piece, offset, piece.length - offset);
            at += piece.length - offset;
        }
    }
}

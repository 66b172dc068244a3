package io.nixfleet.substituter.unpack;

import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Hashes what is written to it with each occurrence of a path's own hash part zeroed, and then the
 * offsets of these: how Nix hashes content that refers to itself, whose address could not be known
 * before it was hashed.
 */
final class HashModuloStream extends OutputStream {
    private static final int WINDOW_BYTES = 64 * 1024;

    private final byte[] own;
    private final HashAlgorithm algorithm;
    private final MessageDigest digest;
    private final StringBuilder offsets = new StringBuilder();

    /** Bytes not hashed yet: at least those that may be the start of an occurrence. */
    private final byte[] window;

    private int filled;
    private long hashed;

    HashModuloStream(HashAlgorithm algorithm, String hashPart) {
        this.algorithm = algorithm;
        this.digest = algorithm.newDigest();
        this.own = hashPart.getBytes(StandardCharsets.US_ASCII);
        this.window = new byte[WINDOW_BYTES + own.length];
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        int done = 0;
        while (done < length) {
            int count = Math.min(window.length - filled, length - done);
            System.arraycopy(bytes, offset + done, window, filled, count);
            filled += count;
            done += count;
            if (filled == window.length) {
                hash(own.length - 1);
            }
        }
    }

    /** Hashes the window but for its last {@code kept} bytes. */
    private void hash(int kept) {
        int at = 0;
        while (at + own.length <= filled) {
            if (Arrays.equals(window, at, at + own.length, own, 0, own.length)) {
                Arrays.fill(window, at, at + own.length, (byte) 0);
                offsets.append('|').append(hashed + at);
                at += own.length;
            } else {
                at++;
            }
        }
        int count = filled - kept;
        digest.update(window, 0, count);
        System.arraycopy(window, count, window, 0, kept);
        hashed += count;
        filled = kept;
    }

    /** The hash of all that was written; write no more afterwards. */
    NixHash finish() {
        hash(0);
        digest.update(offsets.toString().getBytes(StandardCharsets.US_ASCII));
        return NixHash.of(algorithm, digest.digest());
    }
}

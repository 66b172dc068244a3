package io.nixfleet.nix.compression;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import org.brotli.dec.BrotliInputStream;

/** A brotli stream whose window was claimed before there is one. */
final class BrotliStream extends FilterInputStream {
    private static final int INPUT_BUFFER = 64 * 1024;

    private final WideWindows wide;
    private final long bytes;

    private BrotliStream(InputStream decoder, WideWindows wide, long bytes) {
        super(decoder);
        this.wide = wide;
        this.bytes = bytes;
    }

    /**
     * @param limit bytes that it may take
     * @throws IOException also when it wants more
     */
    static InputStream open(InputStream source, long limit, WideWindows wide) throws IOException {
        var start = new PushbackInputStream(source, 1);
        int first = start.read();
        if (first >= 0) {
            start.unread(first);
        }
        // The decoder's buffer grows to the window's size, and is copied then.
        long bytes = 2L << windowBits(first);
        if (bytes > limit) {
            throw new WindowException(bytes, limit);
        }
        wide.claim(bytes);
        wide.allocating(bytes);
        try {
            return new BrotliStream(new BrotliInputStream(start, INPUT_BUFFER), wide, bytes);
        } catch (IOException | RuntimeException e) {
            wide.release(bytes);
            throw e;
        }
    }

    /**
     * How many bits wide, from the stream's first byte (RFC 7932, section 9.1); 17 for all that are
     * narrower.
     */
    private static int windowBits(int first) {
        return (first & 1) == 0 ? 17 : 17 + (first >> 1 & 0b111);
    }

    /** At most once. */
    @Override
    public void close() throws IOException {
        try (var _ = in) {
            wide.release(bytes);
        }
    }
}

package io.nixfleet.nix.compression;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.MemoryLimitException;

/**
 * The compressed input of a decoder. Remembers what its origin threw, so that a broken transfer is
 * not taken for broken data after a library has wrapped or swallowed it.
 */
final class SourceStream extends InputStream {
    private final InputStream in;
    private long position;
    private @Nullable IOException failure;

    SourceStream(InputStream in) {
        this.in = in;
    }

    /** The exception to report when decoding failed with {@code thrown}. */
    IOException failureOr(Exception thrown, Compression compression) {
        IOException own = failure;
        if (own != null) {
            return own;
        }
        return CorruptStreamException.of(
                compression,
                position,
                thrown instanceof MemoryLimitException xz ? Decompressors.tooWide(xz) : thrown);
    }

    /** Throws what the origin threw, also when a library took that for an end of data. */
    void rethrowFailure() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public int read() throws IOException {
        try {
            int value = in.read();
            position += value < 0 ? 0 : 1;
            return value;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            int count = in.read(bytes, offset, length);
            position += Math.max(count, 0);
            return count;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    @Override
    public int available() throws IOException {
        return in.available();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}

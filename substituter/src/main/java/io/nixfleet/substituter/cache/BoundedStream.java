package io.nixfleet.substituter.cache;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that fails once more than a number of bytes came from it. */
final class BoundedStream extends FilterInputStream {
    /** More came than there can be. */
    static final class OverlongException extends IOException {
        OverlongException(long limit) {
            super("it goes on after %d bytes, more than there can be".formatted(limit));
        }
    }

    private static final int SKIP_BYTES = 8192;

    private final long limit;
    private long left;

    BoundedStream(InputStream in, long limit) {
        super(in);
        this.limit = limit;
        this.left = limit;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = in.read(bytes, offset, length);
        left -= Math.max(count, 0);
        if (left < 0) {
            throw new OverlongException(limit);
        }
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        return readNBytes((int) Math.min(count, SKIP_BYTES)).length;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}

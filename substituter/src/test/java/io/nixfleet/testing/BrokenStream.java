package io.nixfleet.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Gives some bytes, then fails. */
public final class BrokenStream extends InputStream {
    private final InputStream before;
    private final String message;

    /**
     * Makes one.
     *
     * @param before the bytes that come
     * @param message of the exception that follows them
     */
    public BrokenStream(byte[] before, String message) {
        this.before = new ByteArrayInputStream(before);
        this.message = message;
    }

    @Override
    public int read() throws IOException {
        return orFail(before.read());
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        return orFail(before.read(buffer, offset, length));
    }

    private int orFail(int result) throws IOException {
        if (result < 0) {
            throw new IOException(message);
        }
        return result;
    }
}

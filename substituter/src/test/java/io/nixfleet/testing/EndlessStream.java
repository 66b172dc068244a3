package io.nixfleet.testing;

import java.io.InputStream;
import java.util.Arrays;

/** Gives zeros without end and counts them. */
public final class EndlessStream extends InputStream {
    private long taken;

    /** The number of bytes given so far. */
    public long taken() {
        return taken;
    }

    @Override
    public int read() {
        taken++;
        return 0;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        Arrays.fill(buffer, offset, offset + length, (byte) 0);
        taken += length;
        return length;
    }
}

package io.nixfleet.substituter.daemon.wire;

import java.io.IOException;

/** Where bytes come from; {@link java.io.InputStream#read(byte[], int, int)} fits. */
@FunctionalInterface
public interface ByteSource {
    /**
     * Reads at least one byte, waiting for it, and at most {@code length} (which is more than 0).
     *
     * @return how many bytes were read, or -1 at the end
     */
    int read(byte[] target, int offset, int length) throws IOException;
}

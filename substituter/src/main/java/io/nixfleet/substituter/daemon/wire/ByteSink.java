package io.nixfleet.substituter.daemon.wire;

import java.io.IOException;

/** Where bytes go to; {@link java.io.OutputStream#write(byte[], int, int)} fits. */
@FunctionalInterface
public interface ByteSink {
    /** Writes all of the bytes, waiting until they are taken. The array may be reused after. */
    void write(byte[] bytes, int offset, int length) throws IOException;
}

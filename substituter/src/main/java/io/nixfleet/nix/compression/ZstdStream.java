package io.nixfleet.nix.compression;

import com.github.luben.zstd.ZstdBufferDecompressingStreamNoFinalizer;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * All zstd frames of a source. Not {@code ZstdInputStream}, since that one takes a second frame
 * that is cut short inside the same input buffer for a regular end.
 */
final class ZstdStream extends InputStream {
    // 32 MiB: more than any level up to 19 uses (8 MiB), as much as level 20 and harmonia do.
    private static final int WINDOW_LOG_MAX = 25;
    private static final int INPUT_BUFFER = 128 * 1024;

    private final InputStream source;
    private final Decoder decoder;

    ZstdStream(InputStream source) throws IOException {
        this.source = source;
        var input = new byte[INPUT_BUFFER];
        int first = source.read(input, 0, input.length);
        if (first < 0) {
            throw new EOFException("no data");
        }
        this.decoder = new Decoder(source, input, first);
        try {
            decoder.setLongMax(WINDOW_LOG_MAX);
        } catch (IOException e) {
            decoder.close();
            throw e;
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        var target = ByteBuffer.wrap(bytes, offset, length);
        while (decoder.hasRemaining()) {
            boolean drained = decoder.sourceEnded;
            int count;
            try {
                count = decoder.read(target);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
            if (count > 0) {
                return count;
            }
            if (drained && decoder.hasRemaining()) {
                throw new EOFException("a zstd frame is cut short");
            }
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        decoder.close();
        source.close();
    }

    /** The native decoder, fed from the source as it runs dry. */
    private static final class Decoder extends ZstdBufferDecompressingStreamNoFinalizer {
        private final InputStream origin;
        private final byte[] input;
        private boolean sourceEnded;

        Decoder(InputStream origin, byte[] input, int filled) {
            super(ByteBuffer.wrap(input, 0, filled));
            this.origin = origin;
            this.input = input;
        }

        @Override
        protected ByteBuffer refill(ByteBuffer drained) {
            if (sourceEnded) {
                return drained;
            }
            try {
                int count = origin.read(input, 0, input.length);
                sourceEnded = count < 0;
                return drained.position(0).limit(Math.max(count, 0));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

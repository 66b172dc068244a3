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
    private static final int INPUT_BUFFER = 128 * 1024;

    private final InputStream source;
    private final WideWindows wide;
    private final long window;
    private final Decoder decoder;

    /**
     * @param limit bytes that a window may take; later frames may take no more than the first, or
     *     the usual
     */
    ZstdStream(InputStream source, long limit, WideWindows wide) throws IOException {
        this.source = source;
        this.wide = wide;
        var input = new byte[INPUT_BUFFER];
        int first = source.read(input, 0, input.length);
        if (first < 0) {
            throw new EOFException("no data");
        }
        while (first < ZstdWindow.HEADER_BYTES) {
            int more = source.read(input, first, input.length - first);
            if (more < 0) {
                break;
            }
            first += more;
        }
        this.window = Math.max(ZstdWindow.bytes(input, first), WideWindows.USUAL_BYTES);
        if (window > limit) {
            throw new WindowException(window, limit);
        }
        wide.claim(window);
        wide.allocating(window);
        this.decoder = new Decoder(source, input, first);
        try {
            decoder.setLongMax(Long.SIZE - Long.numberOfLeadingZeros(window - 1));
        } catch (IOException e) {
            closeDecoder();
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
        closeDecoder();
        source.close();
    }

    private void closeDecoder() {
        decoder.close();
        wide.release(window);
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

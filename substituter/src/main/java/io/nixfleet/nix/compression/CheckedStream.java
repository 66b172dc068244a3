package io.nixfleet.nix.compression;

import java.io.IOException;
import java.io.InputStream;

/** A decoder whose every failure is either the source's own or a {@link CorruptStreamException}. */
final class CheckedStream extends InputStream {
    private final Compression compression;
    private final SourceStream source;
    private final InputStream decoder;
    private boolean closed;

    CheckedStream(Compression compression, SourceStream source, InputStream decoder) {
        this.compression = compression;
        this.source = source;
        this.decoder = decoder;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("the stream is closed");
        }
        if (length == 0) {
            return 0;
        }
        try {
            int count;
            do {
                count = decoder.read(bytes, offset, length);
            } while (count == 0);
            if (count < 0) {
                source.rethrowFailure();
            }
            return count;
        } catch (IOException | RuntimeException e) {
            throw source.failureOr(e, compression);
        }
    }

    @Override
    public int available() throws IOException {
        return 0;
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        // A library's close may fail on data that it never decoded: the source is closed all the
        // same, and nobody who closes early cares.
        try (source) {
            decoder.close();
        } catch (RuntimeException e) {
            throw source.failureOr(e, compression);
        }
    }
}

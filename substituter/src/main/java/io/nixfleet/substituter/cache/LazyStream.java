package io.nixfleet.substituter.cache;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A stream that is opened by its first read: the memory of a decoder is taken by who reads, of whom
 * there are few, rather than by every download that was begun.
 */
final class LazyStream extends InputStream {
    /** Opens the stream. */
    interface Opener {
        InputStream open() throws IOException;
    }

    private final InputStream source;
    private final Opener opener;
    private @Nullable InputStream opened;

    /** {@code source} is closed when {@code opener} was not called; else its stream closes it. */
    LazyStream(InputStream source, Opener opener) {
        this.source = source;
        this.opener = opener;
    }

    private InputStream opened() throws IOException {
        InputStream stream = opened;
        if (stream == null) {
            stream = opener.open();
            opened = stream;
        }
        return stream;
    }

    @Override
    public int read() throws IOException {
        return opened().read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        return opened().read(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
        InputStream stream = opened;
        (stream == null ? source : stream).close();
    }
}

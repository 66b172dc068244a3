package io.nixfleet.substituter.cache;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A NAR read from a local file, which is opened when it is first read. */
final class FileNarDownload implements NarDownload {
    /** Opens the file. */
    interface Opener {
        InputStream open() throws IOException;
    }

    private final Opener opener;
    private final Function<IOException, CacheException> explain;
    private final AtomicLong received = new AtomicLong();
    private final InputStream stream = new Stream();
    private @Nullable InputStream file;
    private boolean closed;

    FileNarDownload(Opener opener, Function<IOException, CacheException> explain) {
        this.opener = opener;
        this.explain = explain;
    }

    @Override
    public InputStream stream() {
        return stream;
    }

    @Override
    public long bytesReceived() {
        return received.get();
    }

    private synchronized InputStream file() throws IOException {
        if (closed) {
            throw new IOException("the download was closed by its reader");
        }
        InputStream open = file;
        if (open == null) {
            open = opener.open();
            file = open;
        }
        return open;
    }

    @Override
    public synchronized void close() {
        closed = true;
        InputStream open = file;
        file = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // Nothing was written: there is nothing that could be lost.
            }
        }
    }

    private final class Stream extends InputStream {
        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                int count = file().read(bytes, offset, length);
                received.addAndGet(Math.max(count, 0));
                return count;
            } catch (IOException e) {
                throw explain.apply(e);
            }
        }

        @Override
        public void close() {
            FileNarDownload.this.close();
        }
    }
}

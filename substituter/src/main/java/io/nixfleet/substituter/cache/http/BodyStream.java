package io.nixfleet.substituter.cache.http;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import org.jspecify.annotations.Nullable;

/** The reader's end of a {@link BodyBuffer}: one copy, from the chunk to the reader's array. */
final class BodyStream extends InputStream {
    private final BodyBuffer buffer;
    private final Patience patience;
    private @Nullable Buffer chunk;
    private int position;

    BodyStream(BodyBuffer buffer, Patience patience) {
        this.buffer = buffer;
        this.patience = patience;
    }

    @Override
    public int read() throws IOException {
        Buffer current = current();
        return current == null ? -1 : current.getByte(position++) & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        Buffer current = current();
        if (current == null) {
            return -1;
        }
        int count = Math.min(length, current.length() - position);
        current.getBytes(position, position + count, bytes, offset);
        position += count;
        return count;
    }

    private @Nullable Buffer current() throws IOException {
        Buffer current = chunk;
        if (current != null && position < current.length()) {
            return current;
        }
        // Let go of it before waiting for the next: waits can be long.
        chunk = null;
        position = 0;
        try {
            chunk = buffer.take(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var interrupted = new InterruptedIOException("interrupted while waiting for bytes");
            interrupted.initCause(e);
            throw interrupted;
        }
        return chunk;
    }
}

package io.nixfleet.substituter.unpack;

import io.nixfleet.substituter.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A session's staging directory and who still uses it: it goes when the session is closed and the
 * last import has ended, so that closing waits for nothing.
 */
final class SharedStaging implements AutoCloseable {
    private final String store;
    private final Staging staging;
    private boolean closed;
    private int users;

    SharedStaging(String store, Staging staging) {
        this.store = store;
        this.staging = staging;
    }

    /** A use of the directory; ends when closed. */
    interface Use extends AutoCloseable {
        @Override
        void close();
    }

    synchronized Use use() throws StoreException {
        checkOpen();
        users++;
        return this::leave;
    }

    synchronized void checkOpen() throws StoreException {
        if (closed) {
            throw StoreException.refused(store + ": the session is closed");
        }
    }

    Path next() {
        return staging.next();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            removeIfUnused();
        }
    }

    private synchronized void leave() {
        users--;
        if (closed) {
            removeIfUnused();
        }
    }

    private void removeIfUnused() {
        if (users == 0) {
            try {
                staging.close();
            } catch (IOException _) {
                // The next run removes it: its lock is gone either way.
            }
        }
    }
}

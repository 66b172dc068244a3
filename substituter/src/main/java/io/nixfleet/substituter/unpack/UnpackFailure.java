package io.nixfleet.substituter.unpack;

import io.nixfleet.substituter.store.StoreException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;

/** How failures of the file system are told. */
final class UnpackFailure {
    private UnpackFailure() {}

    /** The file system failed; it will hardly do better with the next path. */
    static StoreException lost(String store, String task, IOException cause) {
        return StoreException.lost(
                "%s: cannot %s: %s; check that the directory can be written and has room"
                        .formatted(store, task, describe(cause)),
                cause);
    }

    /** The same, or that the thread was interrupted where that is why the operation failed. */
    static StoreException lostUnlessInterrupted(String store, String task, IOException cause)
            throws InterruptedException {
        if (cause instanceof ClosedByInterruptException
                || cause instanceof FileLockInterruptionException) {
            // The exception leaves the thread's flag set; what we throw tells it instead.
            Thread.interrupted();
            throw new InterruptedException("interrupted while it would " + task);
        }
        return lost(store, task, cause);
    }

    /** Many a file system exception says what failed only by its class. */
    private static String describe(IOException e) {
        return "%s (%s)".formatted(e.getMessage(), e.getClass().getSimpleName());
    }
}

package io.nixfleet.substituter.store;

import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.store.StorePath;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Work on a store that belongs together: every path that it asked for or brought in is protected
 * from garbage collection until the session is closed. Methods block, have limits in time, and may
 * be called from many threads at once; interrupting the calling thread ends them.
 */
public interface StoreSession extends AutoCloseable {
    /**
     * Takes signatures by these keys, too, where the store checks signatures itself. To be called
     * before the session protects or imports anything.
     *
     * @param extraKeys each {@code name:base64}; they take the place of those given before
     */
    default void trust(List<String> extraKeys) {}

    /**
     * Protects the paths from the garbage collector, then tells which of them are valid. In this
     * order, since asking first would race with the collector.
     */
    Set<StorePath> protectAndQueryValid(Collection<StorePath> paths)
            throws StoreException, InterruptedException;

    /** What the store knows of a path; empty when it is not valid. */
    Optional<PathInfo> query(StorePath path) throws StoreException, InterruptedException;

    /**
     * Imports one path whose references, itself aside, are valid. The stream is to end after {@code
     * info.narSize()} bytes; no more than one byte beyond is taken from it. On success the path is
     * valid, on failure nothing of it is. Importing a path that became valid meanwhile succeeds.
     * How many imports run at once is up to the callers; more than {@link #importLanes()} wait for
     * one another.
     *
     * @param info what to register; signatures are checked by the store once more where it does so
     * @param nar the uncompressed NAR; not closed
     * @throws NarImportException when the bytes are not the NAR that {@code info} promises: the
     *     stream's fault, not the store's; the session stays usable
     * @throws java.io.IOException as the stream threw it; the session stays usable
     * @throws StoreException when the store failed
     */
    void importPath(PathInfo info, InputStream nar)
            throws StoreException, NarImportException, java.io.IOException, InterruptedException;

    /**
     * Imports a path that the operator vouches for in place of a signature; all else is as of
     * {@link #importPath}. Stores that grant this to trusted users only refuse it with {@link
     * NarImportException.Reason#SIGNATURE}.
     */
    default void importUnsigned(PathInfo info, InputStream nar)
            throws StoreException, NarImportException, java.io.IOException, InterruptedException {
        importPath(info, nar);
    }

    /** How many imports can make progress at the same time; at least 1. */
    int importLanes();

    /**
     * Makes {@code link} a symbolic link to the path and registers it as a permanent root.
     *
     * @throws StoreException also when something other than a symbolic link is in the way
     */
    void addRoot(Path link, StorePath target) throws StoreException, InterruptedException;

    /** Ends protection and every operation still under way. Idempotent. */
    @Override
    void close();
}

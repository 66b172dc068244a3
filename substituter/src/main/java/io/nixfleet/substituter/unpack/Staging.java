package io.nixfleet.substituter.unpack;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A directory in the store of one run's own, where it unpacks before it renames. Holds a locked
 * file as long as the run lives, by which others tell it from the leftovers of a dead one.
 */
final class Staging implements AutoCloseable {
    static final String PREFIX = ".nixfleet-unpack-";

    private static final String LOCK_NAME = "lock";

    /**
     * Those of this process. Their lock files must not even be opened here: closing any channel to
     * a file drops every lock that the process has on it.
     */
    private static final Set<Path> LIVE = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel lock;
    private final AtomicInteger counter = new AtomicInteger();

    private Staging(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /** Removes what dead runs left and makes a new one. */
    static Staging open(UnpackLayout layout) throws IOException, InterruptedException {
        // Under the lock, since a directory whose lock file is still to come looks dead.
        try (var _ = StoreLock.acquire(layout.lock())) {
            Path store = layout.store().toRealPath();
            removeLeftovers(store);
            Path directory = Files.createTempDirectory(store, PREFIX);
            FileChannel lock =
                    FileChannel.open(
                            directory.resolve(LOCK_NAME),
                            StandardOpenOption.WRITE,
                            StandardOpenOption.CREATE_NEW);
            try {
                lock.lock();
                LIVE.add(directory);
                return new Staging(directory, lock);
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        }
    }

    private static void removeLeftovers(Path store) throws IOException {
        try (DirectoryStream<Path> candidates = Files.newDirectoryStream(store, PREFIX + "*")) {
            for (Path candidate : candidates) {
                if (!LIVE.contains(candidate) && isDead(candidate)) {
                    TreeRemover.remove(candidate);
                }
            }
        }
    }

    private static boolean isDead(Path directory) throws IOException {
        try (var channel =
                        FileChannel.open(directory.resolve(LOCK_NAME), StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock != null;
        } catch (NoSuchFileException _) {
            return true;
        }
    }

    /** A path in here that nothing has yet. */
    Path next() {
        return directory.resolve(Integer.toString(counter.incrementAndGet()));
    }

    /** Removes all that is in here. */
    @Override
    public void close() throws IOException {
        try (lock) {
            TreeRemover.remove(directory);
        } finally {
            LIVE.remove(directory);
        }
    }
}

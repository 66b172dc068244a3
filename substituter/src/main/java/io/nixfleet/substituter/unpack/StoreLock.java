package io.nixfleet.substituter.unpack;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An exclusive lock among all threads of all processes: a lock of this process around a lock of the
 * file. Both are needed, since a file lock belongs to the process as a whole.
 */
final class StoreLock implements AutoCloseable {
    /** What is done under the lock takes milliseconds: this long means that something is stuck. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Duration POLL = Duration.ofMillis(5);
    private static final Map<Path, ReentrantLock> IN_PROCESS = new ConcurrentHashMap<>();

    private final ReentrantLock inProcess;
    private final FileChannel channel;

    private StoreLock(ReentrantLock inProcess, FileChannel channel) {
        this.inProcess = inProcess;
        this.channel = channel;
    }

    /**
     * Waits for the lock; close to release it, on the same thread.
     *
     * @param file exists, and is never removed
     */
    static StoreLock acquire(Path file) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        var inProcess = IN_PROCESS.computeIfAbsent(file.toRealPath(), _ -> new ReentrantLock());
        if (!inProcess.tryLock(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw stuck(file);
        }
        try {
            return new StoreLock(inProcess, lockedChannel(file, deadline));
        } catch (IOException | InterruptedException | RuntimeException e) {
            inProcess.unlock();
            throw e;
        }
    }

    private static FileChannel lockedChannel(Path file, long deadline)
            throws IOException, InterruptedException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        try {
            // There is no lock call with a limit in time, so this asks again and again.
            while (channel.tryLock() == null) {
                if (System.nanoTime() > deadline) {
                    throw stuck(file);
                }
                Thread.sleep(POLL);
            }
            return channel;
        } catch (IOException | InterruptedException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static IOException stuck(Path file) {
        return new IOException(
                "another run has held the lock %s for %d s; end it and try again"
                        .formatted(file, LIMIT.toSeconds()));
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            inProcess.unlock();
        }
    }
}

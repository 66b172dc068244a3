package io.nixfleet.agent.state;

import io.nixfleet.agent.state.StateException.Problem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Keeps a second agent from a database, for as long as the first one lives: the kernel gives the
 * lock back however that one ends. In a file of its own, which is never removed, since closing any
 * other handle of the database would give back SQLite's own locks.
 */
final class StateLock implements AutoCloseable {
    private final Path database;
    private final FileChannel channel;

    private StateLock(Path database, FileChannel channel) {
        this.database = database;
        this.channel = channel;
    }

    /**
     * @throws StateException when another agent has it
     */
    static StateLock take(Path database) {
        Path file = database.resolveSibling(database.getFileName() + ".lock");
        FileChannel channel;
        try {
            channel =
                    FileChannel.open(
                            file,
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")));
        } catch (IOException e) {
            throw StateException.of(database, "lock it", Problem.NOT_WRITABLE, e);
        }
        boolean taken = false;
        try {
            taken = channel.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            // Another one in this very process.
        } catch (IOException e) {
            throw StateException.of(database, "lock it", Problem.OTHER, e);
        } finally {
            if (!taken) {
                close(database, channel);
            }
        }
        if (!taken) {
            throw StateException.of(
                    database, "use it", Problem.LOCKED, "another agent has locked " + file);
        }
        return new StateLock(database, channel);
    }

    @Override
    public void close() {
        close(database, channel);
    }

    private static void close(Path database, FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw StateException.of(database, "unlock it", Problem.OTHER, e);
        }
    }
}

package io.nixfleet.agent.state;

import io.nixfleet.agent.state.StateException.Problem;
import io.nixfleet.agent.state.UnusableDatabaseException.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** The database's place: its directory, its modes, and where to it gives way. */
record StateFile(Path file) {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** What SQLite keeps beside a database; without them the last changes would be lost. */
    private static final List<String> COMPANIONS = List.of("-wal", "-shm", "-journal");

    /** Makes the directory and an empty file where there are none, for their owner only. */
    void prepare() {
        try {
            Files.createDirectories(
                    directory(),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            var ownerOnly = PosixFilePermissions.fromString("rw-------");
            try {
                Files.createFile(file, PosixFilePermissions.asFileAttribute(ownerOnly));
            } catch (FileAlreadyExistsException e) {
                if (!Files.isRegularFile(file)) {
                    throw e;
                }
                if (!Files.getPosixFilePermissions(file).equals(ownerOnly)) {
                    Files.setPosixFilePermissions(file, ownerOnly);
                }
            }
        } catch (FileAlreadyExistsException e) {
            throw StateException.of(
                    file, "use it", Problem.NOT_WRITABLE, e.getFile() + " is in the way");
        } catch (IOException e) {
            throw StateException.of(file, "create it", Problem.NOT_WRITABLE, e);
        }
    }

    /**
     * Moves the database and its companions aside, and says where. The database goes first: what a
     * crash then leaves of the companions, SQLite drops beside an empty database.
     */
    Path moveAside(Kind kind, Instant now) {
        Path target = freeName(kind, now);
        try {
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
            for (String companion : COMPANIONS) {
                Path beside = sibling(file, companion);
                if (Files.exists(beside)) {
                    Files.move(beside, sibling(target, companion), StandardCopyOption.ATOMIC_MOVE);
                }
            }
            try (var directory = FileChannel.open(directory(), StandardOpenOption.READ)) {
                directory.force(true);
            }
            return target;
        } catch (IOException e) {
            throw StateException.of(file, "move it aside to " + target, Problem.NOT_WRITABLE, e);
        }
    }

    private Path freeName(Kind kind, Instant now) {
        String suffix = "." + kind.word() + "-" + STAMP.format(now);
        Path target = sibling(file, suffix);
        for (int i = 2; Files.exists(target); i++) {
            target = sibling(file, suffix + "." + i);
        }
        return target;
    }

    private Path directory() {
        Path parent = file.getParent();
        return parent == null ? file : parent;
    }

    private static Path sibling(Path of, String suffix) {
        return of.resolveSibling(of.getFileName() + suffix);
    }
}

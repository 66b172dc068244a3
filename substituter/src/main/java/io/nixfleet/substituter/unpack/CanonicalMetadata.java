package io.nixfleet.substituter.unpack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The modes and times of files in a Nix store: read-only, one second after the epoch. */
final class CanonicalMetadata {
    private static final Set<PosixFilePermission> PLAIN =
            PosixFilePermissions.fromString("r--r--r--");
    private static final Set<PosixFilePermission> EXECUTABLE =
            PosixFilePermissions.fromString("r-xr-xr-x");
    private static final FileTime TIME = FileTime.from(1, TimeUnit.SECONDS);

    private CanonicalMetadata() {}

    /** For a directory or a symbolic link, which has no mode of its own. */
    static void apply(Path node) throws IOException {
        if (Files.isDirectory(node, LinkOption.NOFOLLOW_LINKS)) {
            Files.setPosixFilePermissions(node, EXECUTABLE);
        }
        setTime(node);
    }

    static void applyToFile(Path file, boolean executable) throws IOException {
        Files.setPosixFilePermissions(file, executable ? EXECUTABLE : PLAIN);
        setTime(file);
    }

    private static void setTime(Path node) throws IOException {
        Files.getFileAttributeView(node, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setTimes(TIME, TIME, null);
    }
}

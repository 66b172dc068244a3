package io.nixfleet.substituter.unpack;

import io.nixfleet.nix.nar.NarVisitor;
import io.nixfleet.nix.nar.NarWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Reads a file tree as a NAR. Symbolic links are archived, never followed. */
public final class TreeArchiver {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final NarVisitor visitor;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    private TreeArchiver(NarVisitor visitor) {
        this.visitor = visitor;
    }

    /**
     * Writes what {@code nix-store --dump} writes.
     *
     * @param out takes many small writes; neither flushed nor closed
     * @throws IOException also for nodes that no NAR can hold, and for files that change meanwhile
     */
    public static void dump(Path tree, OutputStream out) throws IOException {
        new TreeArchiver(new NarWriter(out)).node(tree);
    }

    private void node(Path path) throws IOException {
        var attributes =
                Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isRegularFile()) {
            file(path, attributes);
        } else if (attributes.isSymbolicLink()) {
            visitor.symlink(ExactSymlink.read(path));
        } else if (attributes.isDirectory()) {
            directory(path);
        } else {
            throw new IOException(path + " is no file, directory or symbolic link");
        }
    }

    private void file(Path path, PosixFileAttributes attributes) throws IOException {
        long left = attributes.size();
        visitor.fileBegin(
                attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE), left);
        try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
            while (left > 0) {
                int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (count < 0) {
                    throw new IOException(path + " became shorter while it was read");
                }
                visitor.fileContent(buffer, 0, count);
                left -= count;
            }
        }
        visitor.fileEnd();
    }

    private void directory(Path path) throws IOException {
        visitor.directoryBegin();
        for (Path entry : entries(path)) {
            visitor.entry(name(entry));
            node(entry);
        }
        visitor.directoryEnd();
    }

    private static List<Path> entries(Path directory) throws IOException {
        var entries = new ArrayList<Path>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(entries::add);
        }
        entries.sort(Comparator.comparing(TreeArchiver::name, Arrays::compareUnsigned));
        return entries;
    }

    private static byte[] name(Path entry) {
        return entry.getFileName().toString().getBytes(StandardCharsets.UTF_8);
    }
}

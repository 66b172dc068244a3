package io.nixfleet.substituter.daemon;

import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/** A symbolic link that is to be a permanent root. */
final class RootLink {
    private RootLink() {}

    /**
     * Makes {@code link} point to the target: either it does afterwards, or it is as it was.
     * Directories above it are made.
     *
     * @throws IOException also when something else than a symbolic link is in the way
     */
    static void write(Path link, StorePath target) throws IOException {
        Path directory = link.getParent();
        Path name = link.getFileName();
        if (directory == null || name == null) {
            throw new IOException(link + " cannot be a symbolic link");
        }
        Files.createDirectories(directory);
        if (Files.exists(link, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(link)) {
            throw new IOException(link + " exists and is not a symbolic link; move it away");
        }
        Path beside = directory.resolve("." + name + "." + UUID.randomUUID() + ".tmp");
        Files.createSymbolicLink(beside, Path.of(target.toString()));
        try {
            Files.move(beside, link, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(beside);
            throw e;
        }
    }
}

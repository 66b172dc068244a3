package io.nixfleet.agent.activation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much room a file system has. */
public final class FreeSpace {
    private FreeSpace() {}

    /**
     * The bytes that may still be written where a path is, or will be: one that is missing counts
     * as its nearest directory that is there.
     */
    public static long bytesAt(Path path) throws HostException {
        Path there = nearest(path);
        try {
            return Files.getFileStore(there).getUsableSpace();
        } catch (IOException e) {
            throw new HostException(
                    "could not look up the free space of %s: %s".formatted(there, e), e);
        }
    }

    /** A path, or the nearest directory above it that is there. */
    public static Path nearest(Path path) {
        Path there = path.toAbsolutePath();
        while (!Files.exists(there)) {
            Path parent = there.getParent();
            if (parent == null) {
                break;
            }
            there = parent;
        }
        return there;
    }
}

package io.nixfleet.agent.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * By what a file's change shows without reading it. Follows symbolic links, since secrets are often
 * rotated by turning a link to another directory.
 *
 * @param path the file's name
 * @param attributes device, inode, size, times and mode; none while it does not exist
 */
record FileStamp(Path path, Map<String, Object> attributes) {
    private static final int OPEN_TO_OTHERS = 0007;

    static FileStamp of(Path path) {
        try {
            return new FileStamp(
                    path,
                    Map.copyOf(
                            Files.readAttributes(
                                    path, "unix:dev,ino,size,lastModifiedTime,ctime,mode")));
        } catch (IOException _) {
            return new FileStamp(path, Map.of());
        }
    }

    /** Whether every user of the host may read, write or run the file. */
    boolean openToOthers() {
        return attributes.get("mode") instanceof Integer mode && (mode & OPEN_TO_OTHERS) != 0;
    }

    /** The mode as chmod takes it. */
    String mode() {
        return attributes.get("mode") instanceof Integer mode
                ? "%04o".formatted(mode & 07777)
                : "unknown";
    }
}

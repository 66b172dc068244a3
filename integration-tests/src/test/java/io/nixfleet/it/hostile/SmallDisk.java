package io.nixfleet.it.hostile;

import io.nixfleet.it.nix.Commands;
import java.nio.file.Path;
import java.util.List;

/** A file system in memory, mounted on a directory as long as it is open. */
record SmallDisk(String directory) implements AutoCloseable {
    /** With options of tmpfs, such as {@code size=30m}. */
    static SmallDisk mount(Path directory, String options) {
        Commands.run(List.of("mount", "-t", "tmpfs", "-o", options, "tmpfs", directory.toString()));
        return new SmallDisk(directory.toString());
    }

    void remount(String options) {
        Commands.run(List.of("mount", "-o", "remount," + options, directory));
    }

    @Override
    public void close() {
        Commands.run(List.of("umount", "--lazy", directory));
    }
}

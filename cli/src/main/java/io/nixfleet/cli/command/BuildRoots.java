package io.nixfleet.cli.command;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A directory of links that keep what was built from garbage collection until it is pushed.
 *
 * @param directory of links alone
 */
record BuildRoots(Path directory) implements AutoCloseable {
    static BuildRoots make() throws IOException {
        return new BuildRoots(Files.createTempDirectory("nixfleet-release-"));
    }

    @Override
    public void close() throws IOException {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(directory)) {
            for (Path link : links) {
                Files.delete(link);
            }
        }
        Files.delete(directory);
    }
}

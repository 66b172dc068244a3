package io.nixfleet.it.server;

import io.nixfleet.it.nix.Commands;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A signed file cache that Nix itself made; closing it deletes it. */
public record FileCache(Path directory) implements AutoCloseable {
    /** Copies closures of the host's store into a new cache. */
    public static FileCache of(String compression, SigningKey key, StorePath... roots)
            throws IOException {
        var cache = new FileCache(Files.createTempDirectory("nixfleet-cache-"));
        cache.add(compression, key, roots);
        return cache;
    }

    /** Copies closures of the host's store into it. */
    public void add(String compression, SigningKey key, StorePath... roots) {
        var copy = new ArrayList<String>();
        copy.addAll(List.of("nix", "--extra-experimental-features", "nix-command", "copy", "--to"));
        copy.add(
                "file://%s?compression=%s&parallel-compression=true&secret-key=%s"
                        .formatted(directory, compression, key.secretFile()));
        for (StorePath root : roots) {
            copy.add(root.toString());
        }
        Commands.run(copy);
    }

    @Override
    public void close() {
        Commands.run(List.of("rm", "-rf", directory.toString()));
    }
}

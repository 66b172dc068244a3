package io.nixfleet.it.fleet;

import io.nixfleet.it.host.FakeSystem;
import io.nixfleet.it.host.Recipe;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.server.FileCache;
import io.nixfleet.it.server.SigningKey;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The systems of all fleets, built once each, and two binary caches that have every one of them:
 * the fleets' own and the one upstream, each with its key.
 */
@SuppressWarnings(
        "deprecation") // CloseableResource, which AutoCloseable replaces from JUnit 5.13 on
final class Systems
        implements AutoCloseable,
                org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource {
    /** The folder of the cache that has everything. */
    static final String WHOLE = "whole";

    private final Map<String, FakeSystem> built = new ConcurrentHashMap<>();
    private final Path root;
    private final Cache fleet;
    private final Cache upstream;

    private Systems(Path root, Cache fleet, Cache upstream) {
        this.root = root;
        this.fleet = fleet;
        this.upstream = upstream;
    }

    /** A signed cache in a folder. */
    record Cache(Path directory, SigningKey key) {
        void add(StorePath system) {
            new FileCache(directory).add("none", key, system);
        }

        /** The file of a path's narinfo. */
        Path narInfo(StorePath path) {
            return directory.resolve(path.hashPart() + ".narinfo");
        }
    }

    static Systems create() {
        try {
            Path root = Files.createTempDirectory("nixfleet-caches-");
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
            Path upstream = Files.createDirectory(root.resolve("upstream"));
            Path fleet = Files.createDirectories(root.resolve("fleet").resolve(WHOLE));
            return new Systems(
                    root,
                    new Cache(fleet, SigningKey.generate("fleet-1")),
                    new Cache(upstream, SigningKey.generate("upstream-1")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The top level of a system, which both caches have. */
    StorePath system(Recipe recipe) {
        return built.computeIfAbsent(recipe.label(), _ -> build(recipe)).path();
    }

    private FakeSystem build(Recipe recipe) {
        try {
            FakeSystem system = FakeSystem.build(recipe);
            fleet.add(system.path());
            upstream.add(system.path());
            return system;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The configuration files of a system, which no other system has. */
    static List<StorePath> filesOf(StorePath system) {
        return Commands.run(List.of("nix-store", "--query", "--requisites", system.toString()))
                .stdout()
                .lines()
                .map(line -> StorePath.parse(StoreDir.NIX_STORE, line))
                .filter(path -> path.name().startsWith("etc-file-"))
                .toList();
    }

    /** What tells a system from the others of its host, if it is one of these. */
    Optional<String> variant(String host, String path) {
        return built.values().stream()
                .filter(system -> system.toString().equals(path))
                .filter(system -> system.label().startsWith(host + "-"))
                .map(system -> system.label().substring(host.length() + 1))
                .findFirst();
    }

    Cache fleet() {
        return fleet;
    }

    Cache upstream() {
        return upstream;
    }

    /** The folder of all caches of the fleet, each in a folder of its own. */
    Path fleetCaches() {
        return root.resolve("fleet");
    }

    /** Makes a cache of the fleet that lacks these paths, which only upstream has. */
    Cache without(String name, List<StorePath> paths) {
        Path directory = fleetCaches().resolve(name);
        Commands.run(List.of("cp", "-a", fleet.directory().toString(), directory.toString()));
        var partial = new Cache(directory, fleet.key());
        try {
            for (StorePath path : paths) {
                Files.delete(partial.narInfo(path));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return partial;
    }

    @Override
    public void close() throws IOException {
        Commands.run(List.of("rm", "-rf", root.toString()));
        fleet.key().close();
        upstream.key().close();
    }
}

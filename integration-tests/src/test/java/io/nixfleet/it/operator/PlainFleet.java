package io.nixfleet.it.operator;

import io.nixfleet.it.nix.Commands;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A flake of three hosts, {@code db}, {@code web-1} and {@code web-2}, mostly in a Git tree. It
 * needs no nixpkgs: each system is one derivation of the shell, which refers to a path that all
 * share.
 */
record PlainFleet(Path directory, String unique) {
    /** Committed. */
    static PlainFleet in(Path directory) throws IOException {
        return in(directory, ":");
    }

    /**
     * As {@link #in(Path)}.
     *
     * @param dbScript what the shell does to build the system of db
     */
    static PlainFleet in(Path directory, String dbScript) throws IOException {
        PlainFleet fleet = withoutGit(directory, dbScript);
        fleet.git("init", "--quiet");
        fleet.git("add", "flake.nix");
        fleet.git("commit", "--quiet", "--message", "fleet");
        return fleet;
    }

    /** In a directory that knows no revisions. */
    static PlainFleet withoutGit(Path directory, String dbScript) throws IOException {
        var fleet = new PlainFleet(directory, UUID.randomUUID().toString());
        Files.writeString(
                directory.resolve("flake.nix"),
                """
                {
                  outputs = _:
                    let
                      build = name: script: derivation {
                        name = "${name}-%1$s";
                        system = "x86_64-linux";
                        builder = "/bin/sh";
                        args = [ "-c" script ];
                      };
                      shared = build "shared" "echo shared >$out";
                      host = name: script: {
                        config.services.nixfleet-agent.tags = [ "all" name ];
                        config.system.build.toplevel =
                          build "system-${name}" "${script}; echo ${name} ${shared} >$out";
                      };
                    in {
                      nixosConfigurations.db = host "db" "%2$s";
                      nixosConfigurations."web-1" = host "web-1" ":";
                      nixosConfigurations."web-2" = host "web-2" ":";
                    };
                }
                """
                        .formatted(fleet.unique, dbScript));
        return fleet;
    }

    private String git(String... words) {
        var command =
                new ArrayList<>(
                        List.of(
                                "git",
                                "-C",
                                directory.toString(),
                                "-c",
                                "user.name=test",
                                "-c",
                                "user.email=test@example.com"));
        command.addAll(List.of(words));
        return Commands.run(command).stdout().strip();
    }

    String revision() {
        return git("rev-parse", "HEAD");
    }

    /** Changes something that is not committed. */
    void edit() throws IOException {
        Files.writeString(
                directory.resolve("flake.nix"),
                Files.readString(directory.resolve("flake.nix")) + "# changed\n");
    }

    /** The path of something that it built: {@code shared}, {@code system-db}, …. */
    StorePath path(String name) {
        return find(name)
                .map(path -> StorePath.parse(StoreDir.NIX_STORE, path.toString()))
                .orElseThrow(() -> new AssertionError("never built: " + name));
    }

    /** Whether something was built. */
    boolean built(String name) {
        return find(name).isPresent();
    }

    private Optional<Path> find(String name) {
        try (Stream<Path> store = Files.list(Path.of("/nix/store"))) {
            return store.filter(path -> path.toString().endsWith("-" + name + "-" + unique))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

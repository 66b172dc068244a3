package io.nixfleet.it.nix;

import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A chroot store in a folder of its own. The folder has the same path for us and for a Nix that
 * lives in a chroot: there it is real, here a symbolic link leads to it.
 */
public final class ChrootStore implements AutoCloseable {
    private final NixInstallation nix;
    private final Path directory;
    private final Path real;

    private ChrootStore(NixInstallation nix, Path directory, Path real) {
        this.nix = nix;
        this.directory = directory;
        this.real = real;
    }

    static ChrootStore create(NixInstallation nix) throws IOException {
        Path directory = Path.of("/tmp/nixfleet-it-" + UUID.randomUUID());
        Path real = nix.root().resolve(directory.toString().substring(1));
        Files.createDirectories(real);
        if (!real.equals(directory)) {
            Files.createSymbolicLink(directory, real);
        }
        return new ChrootStore(nix, directory, real);
    }

    /** The folder: what {@code --store} takes. */
    public Path directory() {
        return directory;
    }

    public NixInstallation nix() {
        return nix;
    }

    /** Where the files of a path lie. */
    public Path file(StorePath path) {
        return directory.resolve(path.toString().substring(1));
    }

    /** Runs one of Nix's programs on this store; it must succeed. */
    public String run(String program, String... arguments) {
        return Commands.run(commandLine(program, arguments)).output();
    }

    /** Like {@link #run}, but the standard output alone. */
    public String output(String program, String... arguments) {
        return Commands.run(commandLine(program, arguments)).stdout();
    }

    /** Deletes all that is not reachable from a root. */
    public void collectGarbage() {
        run("nix-store", "--gc");
    }

    public boolean isValid(StorePath path) {
        return Commands.tryRun(commandLine("nix-store", "--check-validity", path.toString()))
                        .exitCode()
                == 0;
    }

    /** Those of the paths that are not valid. */
    public Set<StorePath> invalid(Collection<StorePath> paths) {
        var arguments = new ArrayList<>(List.of("--check-validity", "--print-invalid"));
        paths.forEach(path -> arguments.add(path.toString()));
        return output("nix-store", arguments.toArray(String[]::new))
                .lines()
                .map(line -> StorePath.parse(StoreDir.NIX_STORE, line))
                .collect(Collectors.toSet());
    }

    private List<String> commandLine(String program, String... arguments) {
        var command = new ArrayList<>(nix.command(program, arguments));
        command.add("--store");
        command.add(directory.toString());
        return command;
    }

    @Override
    public void close() {
        Commands.run(List.of("rm", "-rf", real.toString(), directory.toString()));
    }
}

package io.nixfleet.it.nix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Nix on this machine: the host's own, or one in a folder that debootstrap made and that is
 * entered by chroot. A missing one is a failure, with the way to get it.
 *
 * @param name for test names
 * @param version how the version starts that {@code nix-daemon --version} tells
 * @param root the file system that it lives in
 */
public record NixInstallation(String name, String version, Path root) {
    private static final String ROOTS_VARIABLE = "NIXFLEET_TEST_ROOTS";
    private static final String DEFAULT_ROOTS = "/var/cache/nixfleet-tests";
    private static final Path HOST = Path.of("/");

    /** Nix 2.8 of the host, Debian 12. */
    public static NixInstallation nix28() {
        return new NixInstallation("host", "2.8.", HOST).checked();
    }

    /** Nix 2.26 of Debian 13. */
    public static NixInstallation nix226() {
        return new NixInstallation("trixie", "2.26.", roots().resolve("trixie")).checked();
    }

    /** Nix 2.34 of Debian unstable. */
    public static NixInstallation nix234() {
        return new NixInstallation("sid", "2.34.", roots().resolve("sid")).checked();
    }

    private static Path roots() {
        String configured = System.getenv().getOrDefault(ROOTS_VARIABLE, "");
        return Path.of(configured.isEmpty() ? DEFAULT_ROOTS : configured);
    }

    private NixInstallation checked() {
        if (!Files.isExecutable(root.resolve("usr/bin/nix-daemon"))) {
            throw new IllegalStateException(
                    "there is no Nix %s in %s; integration-tests/run.sh installs it (or set %s)"
                            .formatted(version, root, ROOTS_VARIABLE));
        }
        if (!Files.exists(root.resolve("proc/self"))) {
            throw new IllegalStateException(
                    "%s/proc is not mounted; integration-tests/run.sh mounts it".formatted(root));
        }
        String found = Commands.run(command("nix-daemon", "--version")).stdout().strip();
        if (!found.contains(" " + version)) {
            throw new IllegalStateException(
                    "expected Nix %s in %s but found '%s'; integration-tests/run.sh installs it"
                            .formatted(version, root, found));
        }
        return this;
    }

    /** The command line that runs one of its programs. */
    public List<String> command(String program, String... arguments) {
        var command = new ArrayList<String>();
        if (!root.equals(HOST)) {
            command.addAll(List.of("chroot", root.toString()));
        }
        command.add("/usr/bin/" + program);
        command.addAll(List.of(arguments));
        return List.copyOf(command);
    }

    /** A new, empty chroot store for this Nix; closing it deletes it. */
    public ChrootStore newStore() throws IOException {
        return ChrootStore.create(this);
    }

    @Override
    public String toString() {
        return "Nix " + version + "x";
    }
}

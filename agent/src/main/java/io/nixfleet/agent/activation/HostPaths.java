package io.nixfleet.agent.activation;

import io.nixfleet.nix.store.StorePath;
import java.nio.file.Path;

/**
 * Where things are on a NixOS host.
 *
 * @param root {@code /}, or the directory that stands for it
 */
public record HostPaths(Path root) {
    /** This machine. */
    public static final HostPaths SYSTEM = new HostPaths(Path.of("/"));

    /** The link to the system that was activated last. */
    public Path currentSystem() {
        return root.resolve("run/current-system");
    }

    /** What {@code switch-to-configuration} holds by flock(2) while it works. */
    public Path switchLock() {
        return root.resolve("run/nixos/switch-to-configuration.lock");
    }

    /** The link to the system profile's current generation. */
    public Path systemProfile() {
        return root.resolve("nix/var/nix/profiles/system");
    }

    public Path generation(int number) {
        return systemProfile().resolveSibling("system-" + number + "-link");
    }

    public Path boot() {
        return root.resolve("boot");
    }

    /** The file systems' locks, as the kernel shows them. */
    public Path locks() {
        return root.resolve("proc/locks");
    }

    /** Where the files of a store path lie. */
    public Path files(StorePath path) {
        return root.resolve(path.toString().substring(1));
    }

    /** The program of a system that activates it. */
    public Path switchProgram(StorePath system) {
        return files(system).resolve("bin/switch-to-configuration");
    }
}

package io.nixfleet.it.module;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the NixOS modules are. */
public final class ModuleFiles {
    private ModuleFiles() {}

    /** The folder {@code nixos-module}. */
    public static Path folder() {
        Path folder = Path.of("..", "nixos-module").toAbsolutePath().normalize();
        if (!Files.isRegularFile(folder.resolve("agent.nix"))) {
            throw new AssertionError("no modules in " + folder);
        }
        return folder;
    }
}

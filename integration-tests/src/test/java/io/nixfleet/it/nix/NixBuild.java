package io.nixfleet.it.nix;

import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Builds in this machine's store, as a test may: no sandbox, no build users, no caches. */
public final class NixBuild {
    private NixBuild() {}

    /**
     * Builds an expression.
     *
     * @param arguments Nix expressions, {@code name, value} by turns
     * @return its output, the last one where there are several
     */
    public static StorePath build(Path expression, String... arguments) {
        var command =
                new ArrayList<>(
                        List.of(
                                "nix-build",
                                expression.toString(),
                                "--no-out-link",
                                "--quiet",
                                "--option",
                                "sandbox",
                                "false",
                                "--option",
                                "build-users-group",
                                "",
                                "--option",
                                "substituters",
                                ""));
        for (int i = 0; i < arguments.length; i += 2) {
            command.addAll(List.of("--arg", arguments[i], arguments[i + 1]));
        }
        String output = Commands.run(command).stdout();
        return StorePath.parse(StoreDir.NIX_STORE, output.lines().toList().getLast().strip());
    }
}

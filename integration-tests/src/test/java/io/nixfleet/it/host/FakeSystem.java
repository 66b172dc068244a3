package io.nixfleet.it.host;

import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.nix.NixBuild;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A system that Nix built in this machine's store.
 *
 * @param path its top level
 */
public record FakeSystem(String label, StorePath path) {
    public static FakeSystem build(Recipe recipe) throws IOException {
        Path directory = Files.createTempDirectory("nixfleet-system-");
        try {
            Path expression = copy("system.nix", directory);
            copy("switch-to-configuration.sh", directory);
            Path json = directory.resolve("recipe.json");
            Files.writeString(json, recipe.json().toString());
            return new FakeSystem(
                    recipe.label(), NixBuild.build(expression, "recipe", json.toString()));
        } finally {
            Commands.run(List.of("rm", "-rf", directory.toString()));
        }
    }

    private static Path copy(String name, Path directory) throws IOException {
        Path target = directory.resolve(name);
        try (InputStream in = FakeSystem.class.getResourceAsStream("/closure/" + name)) {
            Files.copy(Objects.requireNonNull(in, name), target);
        }
        return target;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}

package io.nixfleet.it.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.it.operator.OperatorProgram.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What later versions of Nix say of a flake. They live in roots without a terminal, and cannot
 * build.
 */
@Timeout(120)
class NixVersionsTest {
    @TempDir private Path directory;

    private static Stream<NixInstallation> versions() {
        return Stream.of(NixInstallation.nix226(), NixInstallation.nix234());
    }

    /** Puts Nix's programs where the PATH finds them first. */
    private String pathWith(NixInstallation nix) throws IOException {
        for (String program : List.of("nix", "nix-store")) {
            Path script =
                    Files.writeString(
                            directory.resolve(program),
                            "#!/bin/sh\nexec %s \"$@\"\n"
                                    .formatted(String.join(" ", nix.command(program))));
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        }
        return directory + ":" + System.getenv("PATH");
    }

    @ParameterizedTest
    @MethodSource("versions")
    void evaluateAFlakesHosts(NixInstallation nix) throws Exception {
        // For its folder, which has the same path here and there.
        try (ChrootStore folder = nix.newStore()) {
            Path flake = Files.createDirectory(folder.directory().resolve("fleet"));
            PlainFleet fleet = PlainFleet.withoutGit(flake, ":");
            var nixfleet =
                    new OperatorProgram(flake, directory)
                            .with("PATH", pathWith(nix))
                            .with("HOME", folder.directory().toString());

            Run run =
                    nixfleet.run(
                            "release",
                            "create",
                            "--flake=path:" + flake,
                            "--eval-only",
                            "--dry-run",
                            "--json");

            assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
            assertThat(run.json().path("entries"))
                    .extracting(entry -> entry.path("hostname").asText())
                    .containsExactly("db", "web-1", "web-2");
            var entry = run.json().at("/entries/1");
            assertThat(entry.path("store_path").asText())
                    .endsWith("-system-web-1-" + fleet.unique());
            assertThat(entry.path("platform").asText()).isEqualTo("x86_64-linux");
            assertThat(entry.path("tags").toString()).isEqualTo("[\"all\",\"web-1\"]");
        }
    }
}

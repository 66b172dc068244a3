package io.nixfleet.it.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.nix.Commands;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The package of the operator's command, where it is another than the agent's, of which {@link
 * PackageIT} has the rest: one launcher serves both.
 */
final class OperatorPackageIT {
    /** 102 MB when it was set, of which the AOT cache has 47, and the Java runtime 40. */
    private static final long SIZE_LIMIT = 110_000_000;

    @TempDir Path work;
    private final Path built = Launcher.operatorPackage();
    private Path outputs = built;

    @BeforeEach
    void makeFolderForOutputs() throws IOException {
        outputs = Files.createDirectory(work.resolve("outputs"));
    }

    @Test
    void runsWithAnEmptyEnvironmentFromAnyDirectory() throws Exception {
        var result = Launcher.ofOperator(built, Path.of("/")).run(outputs, "--version");

        assertThat(result.exitCode()).as(result.stderr()).isZero();
        assertThat(result.stdout()).matches("nixfleet [0-9].*\n");
        assertThat(result.stderr()).isEmpty();
    }

    @Test
    void asksAControlPlaneWithClassesOfItsAotCache() throws Exception {
        try (var controlPlane = ScriptedControlPlane.plain()) {
            var result =
                    Launcher.ofOperator(built, work)
                            .with("NIXFLEET_JAVA_OPTS", "-Xlog:class+load=info:stderr")
                            .with("NIXFLEET_CONTROL_PLANE_URL", controlPlane.url().toString())
                            .run(outputs, "release", "list");

            assertThat(result.exitCode()).as(result.stderr()).isZero();
            assertThat(result.stdout()).isEqualTo("there are no releases\n");
            long fromCache = linesWith(result.stderr(), "source: shared objects file");
            assertThat(fromCache).isGreaterThan(2_000);
            assertThat(linesWith(result.stderr(), "source: file:"))
                    .as("classes read from jars")
                    .isLessThan(fromCache / 10);
        }
    }

    @Test
    void worksWithoutAnAotCache() throws Exception {
        Path copy = work.resolve("without");
        Commands.run(List.of("cp", "-a", built.toString(), copy.toString()));
        Files.delete(copy.resolve("lib/nixfleet.aot"));

        var result = Launcher.ofOperator(copy, work).run(outputs, "--version");

        assertThat(result.exitCode()).as(result.stderr()).isZero();
        assertThat(result.stderr()).isEmpty();
    }

    @Test
    void hasAHeapLimitOfItsOwn() throws Exception {
        var result =
                Launcher.ofOperator(built, work)
                        .with("NIXFLEET_HEAP", "17m")
                        .with("NIXFLEET_AGENT_HEAP", "18m")
                        .with("NIXFLEET_JAVA_OPTS", "-XX:+PrintCommandLineFlags")
                        .run(outputs, "--version");

        assertThat(result.exitCode()).as(result.stderr()).isZero();
        assertThat(result.stdout() + result.stderr()).contains("-XX:MaxHeapSize=17825792");
    }

    @Test
    void hasNothingThatOnlyTheDaemonIsMadeOf() throws Exception {
        try (Stream<Path> files = Files.list(built.resolve("lib"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .noneMatch(name -> name.matches(".*(sqlite|micrometer|prometheus).*"));
        }
    }

    @Test
    void staysUnderItsSizeLimit() throws Exception {
        try (Stream<Path> files = Files.walk(built)) {
            long size =
                    files.filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS))
                            .mapToLong(f -> f.toFile().length())
                            .sum();
            assertThat(size).isLessThan(SIZE_LIMIT);
        }
    }

    private static long linesWith(String text, String part) {
        return text.lines().filter(line -> line.contains(part)).count();
    }
}

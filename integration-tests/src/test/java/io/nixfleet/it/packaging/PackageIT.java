package io.nixfleet.it.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The package as the build made it, started the ways that operators and services start it. */
final class PackageIT {
    private static final long SIZE_LIMIT = 120_000_000;

    @TempDir Path work;
    private Path built;
    private Path outputs;

    PackageIT() {
        built = Launcher.builtPackage();
        outputs = built;
    }

    @BeforeEach
    void makeFolderForOutputs() throws IOException {
        outputs = Files.createDirectory(work.resolve("outputs"));
    }

    @Test
    void runsWithAnEmptyEnvironmentFromAnyDirectory() throws Exception {
        var result = Launcher.of(built, Path.of("/")).run(outputs, "--version");

        assertThat(result.exitCode()).as(result.stderr()).isZero();
        assertThat(result.stdout()).contains("0.1.0");
        assertThat(result.stderr()).isEmpty();
    }

    @Test
    void runsThroughRelativeAndAbsoluteLinks() throws Exception {
        Path absolute = work.resolve("absolute");
        Files.createSymbolicLink(absolute, built.resolve("bin/nixfleet-agent"));
        Path links = Files.createDirectory(work.resolve("links"));
        Path relative = links.resolve("relative");
        Files.createSymbolicLink(relative, Path.of("../absolute"));

        // readlink is not part of the shell: the one variable that a link needs.
        var result =
                Launcher.of(built, work)
                        .at(relative)
                        .with("PATH", "/usr/bin:/bin:/run/current-system/sw/bin")
                        .run(outputs, "--version");
        Files.delete(relative);
        Files.delete(absolute);

        assertThat(result.exitCode()).as(result.stderr()).isZero();
        assertThat(result.stdout()).contains("0.1.0");
    }

    @Test
    void worksAndUsesItsAotCacheAfterACopyToAPathWithBlanks() throws Exception {
        Path copy = copyOfPackage("a copy  of it");

        var result =
                Launcher.of(copy, Path.of("/"))
                        .with("NIXFLEET_JAVA_OPTS", "-XX:AOTMode=on")
                        .run(outputs, "try");

        assertThat(result.exitCode()).as(result.stderr()).isZero();
        // Its cache has each compression in turns: classes from the AOT cache and from jars mix.
        assertThat(result.stdout()).contains("verified: 121 signatures");
    }

    @Test
    void takesMostOfItsClassesFromTheAotCache() throws Exception {
        var result =
                Launcher.of(built, work)
                        .with("NIXFLEET_JAVA_OPTS", "-Xlog:class+load=info:stderr")
                        .run(outputs, "try");

        assertThat(result.exitCode()).as(result.stderr()).isZero();
        long fromCache = linesWith(result.stderr(), "source: shared objects file");
        long fromJars = linesWith(result.stderr(), "source: file:");
        assertThat(fromCache).isGreaterThan(2_000);
        assertThat(fromJars).as("classes read from jars").isLessThan(fromCache / 10);
    }

    @Test
    void worksQuietlyWithASpoiltAotCache() throws Exception {
        Path copy = copyOfPackage("spoilt");
        Files.write(copy.resolve("lib/nixfleet-agent.aot"), new byte[4096]);

        var result = Launcher.of(copy, Path.of("/")).run(outputs, "--version");

        assertThat(result.exitCode()).as(result.stderr()).isZero();
        assertThat(result.stdout()).contains("0.1.0").doesNotContain("AOT", "warning");
        assertThat(result.stderr()).isEmpty();
    }

    @Test
    void worksQuietlyWhenItsJarsAreNotThoseOfTheAotCache() throws Exception {
        Path copy = copyOfPackage("touched");
        Path jar = copy.resolve("lib/nixfleet-agent.jar");
        Files.setLastModifiedTime(jar, FileTime.from(Instant.ofEpochSecond(1_000_000_000)));

        var result = Launcher.of(copy, Path.of("/")).run(outputs, "--version");

        assertThat(result.exitCode()).as(result.stderr()).isZero();
        assertThat(result.stdout()).contains("0.1.0").doesNotContain("AOT", "warning");
        assertThat(result.stderr()).isEmpty();
    }

    @Test
    void worksWithoutAnAotCache() throws Exception {
        Path copy = copyOfPackage("without");
        Files.delete(copy.resolve("lib/nixfleet-agent.aot"));

        var result = Launcher.of(copy, Path.of("/")).run(outputs, "--version");

        assertThat(result.exitCode()).as(result.stderr()).isZero();
        assertThat(result.stderr()).isEmpty();
    }

    @Test
    void doesItsMainWorkAndLeavesNothingInTheTemporaryDirectory() throws Exception {
        Path temporary = Files.createDirectory(work.resolve("tmp"));
        Set<Path> before = ownFilesInTmp();

        var result =
                Launcher.of(built, work)
                        .with("NIXFLEET_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary)
                        .run(outputs, "try");

        assertThat(result.exitCode()).as(result.stderr()).isZero();
        assertThat(temporary).isEmptyDirectory();
        Set<Path> left = new HashSet<>(ownFilesInTmp());
        left.removeAll(before);
        assertThat(left).as("new files in /tmp").isEmpty();
    }

    @Test
    void ignoresFlagsMeantForOtherJavaPrograms() throws Exception {
        var result =
                Launcher.of(built, work)
                        .with("JDK_JAVA_OPTIONS", "-XX:+NoSuchFlag")
                        .with("JAVA_TOOL_OPTIONS", "-XX:+NoSuchFlag")
                        .with("CLASSPATH", "/nonexistent")
                        .run(outputs, "--version");

        assertThat(result.exitCode()).as(result.stderr()).isZero();
        assertThat(result.stderr()).isEmpty();
    }

    @Test
    void takesAHeapLimitFromTheEnvironment() throws Exception {
        var result =
                Launcher.of(built, work)
                        .with("NIXFLEET_AGENT_HEAP", "17m")
                        .with("NIXFLEET_JAVA_OPTS", "-XX:+PrintCommandLineFlags")
                        .run(outputs, "--version");

        assertThat(result.exitCode()).as(result.stderr()).isZero();
        assertThat(result.stdout() + result.stderr()).contains("-XX:MaxHeapSize=17825792");
    }

    @Test
    void takesTheDecoderOfXzThatADistributionPutsBesideItsJars() throws Exception {
        Path copy = copyOfPackage("a distribution's");
        Path liblzma = copy.resolve("lib/liblzma.so.5");
        try (Stream<Path> folders = Files.list(Path.of("/usr/lib"))) {
            Path installed =
                    folders.map(f -> f.resolve("liblzma.so.5"))
                            .filter(Files::exists)
                            .findFirst()
                            .orElseThrow();
            Files.copy(installed, liblzma);
        }

        var result =
                Launcher.of(copy, Path.of("/"))
                        .with("NIXFLEET_JAVA_OPTS", "-Xlog:library=info:stderr")
                        .run(outputs, "try");

        assertThat(result.exitCode()).as(result.stderr()).isZero();
        assertThat(result.stderr()).contains("Loaded library " + liblzma);
    }

    @Test
    void refusesAnUnknownOptionAsAUsageError() throws Exception {
        var result = Launcher.of(built, work).run(outputs, "--no-such-option");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.stdout()).isEmpty();
        assertThat(result.stderr()).contains("--no-such-option");
    }

    @Test
    void isItsOwnProcessWithNoShellBetween() throws Exception {
        Process process =
                new ProcessBuilder(built.resolve("bin/nixfleet-agent").toString(), "try")
                        .redirectErrorStream(true)
                        .redirectOutput(outputs.resolve("try").toFile())
                        .start();
        try {
            Path java = built.resolve("runtime/bin/java").toRealPath();
            assertThat(becomes(process.toHandle(), java)).isTrue();
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ended by SIGTERM").isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void holdsNoNativeLibraryInAJar() throws Exception {
        try (Stream<Path> files = Files.list(built.resolve("lib"))) {
            List<Path> all = files.toList();
            assertThat(all).anyMatch(f -> f.getFileName().toString().endsWith(".so"));
            for (Path jar : all.stream().filter(f -> f.toString().endsWith(".jar")).toList()) {
                try (var content = new JarFile(jar.toFile())) {
                    assertThat(content.stream().map(Object::toString))
                            .as(jar.toString())
                            .noneMatch(name -> name.matches(".*\\.(so|dll|dylib|jnilib)"));
                }
            }
        }
    }

    @Test
    void lacksNothingThatItsLibrariesNeed() throws Exception {
        Path ourClasses =
                Path.of(
                        PackagedLibraries.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        Path lib = built.resolve("lib");

        var result =
                new Launcher(built.resolve("runtime/bin/java"), work, Map.of())
                        .run(
                                outputs,
                                "@" + lib.resolve("jvm.options"),
                                "-Djava.library.path=" + lib,
                                "-cp",
                                lib.resolve("nixfleet-agent.jar") + ":" + ourClasses,
                                PackagedLibraries.class.getName(),
                                work.toString());

        assertThat(result.exitCode()).as(result.stderr()).isZero();
        assertThat(result.stdout())
                .contains("\"message\":\"logs\"", "remembers", "key-1", "reads PEM: true")
                .contains("phase_seconds_bucket{le=\"0.005592405\"} 1");
        assertThat(linesWith(result.stdout(), "phase_seconds_count 1")).isEqualTo(2);
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

    /** Waits until a process runs a program, or ends without having done so. */
    private static boolean becomes(ProcessHandle process, Path program) {
        while (process.isAlive()) {
            if (process.info().command().map(Path::of).filter(program::equals).isPresent()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /** Files that libraries of the agent would leave in /tmp whatever java.io.tmpdir says. */
    private static Set<Path> ownFilesInTmp() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/tmp"))) {
            return files.filter(
                            f ->
                                    f.getFileName()
                                            .toString()
                                            .matches("(?i).*(zstd|vertx|netty|sqlite|nixfleet).*"))
                    .collect(Collectors.toSet());
        }
    }

    private static long linesWith(String text, String part) {
        return text.lines().filter(line -> line.contains(part)).count();
    }

    /** A copy as `cp -a` makes it, with times and modes. */
    private Path copyOfPackage(String name) throws IOException, InterruptedException {
        Path copy = work.resolve(name);
        Process cp =
                new ProcessBuilder("cp", "-a", built.toString(), copy.toString())
                        .inheritIO()
                        .start();
        assertThat(cp.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(cp.exitValue()).isZero();
        return copy;
    }
}

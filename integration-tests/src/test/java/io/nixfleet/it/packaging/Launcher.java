package io.nixfleet.it.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A way to start a packaged program: the path of its launcher, the directory to start it in and the
 * whole environment, which holds nothing but what is named here.
 */
record Launcher(Path launcher, Path directory, Map<String, String> environment) {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    Launcher {
        environment = Map.copyOf(environment);
    }

    /** The agent's launcher in the package at {@code home}, started in {@code directory}. */
    static Launcher of(Path home, Path directory) {
        return new Launcher(home.resolve("bin/nixfleet-agent"), directory, Map.of());
    }

    /** The same for the operator's command. */
    static Launcher ofOperator(Path home, Path directory) {
        return new Launcher(home.resolve("bin/nixfleet"), directory, Map.of());
    }

    /** The agent's package that the build made. */
    static Path builtPackage() {
        return built("nixfleet.package.dir", "nixfleet-agent");
    }

    /** The package of the operator's command that the build made. */
    static Path operatorPackage() {
        return built("nixfleet.operator.dir", "nixfleet");
    }

    private static Path built(String property, String program) {
        String folder = System.getProperty(property);
        if (folder == null || Files.notExists(Path.of(folder, "bin", program))) {
            throw new IllegalStateException(
                    "no package at %s=%s: run `mvn package` first".formatted(property, folder));
        }
        return Path.of(folder);
    }

    /** The same, started by another path, such as a link. */
    Launcher at(Path path) {
        return new Launcher(path, directory, environment);
    }

    Launcher with(String variable, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(variable, value);
        return new Launcher(launcher, directory, more);
    }

    /** Runs the program to its end; its output goes through files in the given folder. */
    Result run(Path outputs, String... arguments) throws IOException, InterruptedException {
        Path stdout = Files.createTempFile(outputs, "stdout", "");
        Path stderr = Files.createTempFile(outputs, "stderr", "");
        List<String> command = new ArrayList<>();
        command.add(launcher.toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(stdout.toFile())
                        .redirectError(stderr.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException(command + " was not done after " + LIMIT);
            }
        } finally {
            process.destroyForcibly();
        }
        return new Result(
                process.exitValue(),
                Files.readString(stdout, UTF_8),
                Files.readString(stderr, UTF_8));
    }

    record Result(int exitCode, String stdout, String stderr) {}
}

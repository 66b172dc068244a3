package io.nixfleet.it.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.nix.NixInstallation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The packaged agent, run as a user runs it, on a host with a given Nix. */
public final class AgentProgram implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(20);

    private final Path directory;
    private final Path launcher;
    private final Map<String, String> environment = new HashMap<>();

    /**
     * How a run ended.
     *
     * @param peakKiB the most resident memory that it had, in KiB; 0 where that was not measured
     */
    public record Run(int exitCode, String stdout, String stderr, long peakKiB) {
        public JsonNode json() throws IOException {
            return new ObjectMapper().readTree(stdout);
        }
    }

    /** A run under way. */
    public final class Running implements AutoCloseable {
        private final Process process;

        private Running(Process process) {
            this.process = process;
        }

        public ProcessHandle handle() {
            return process.toHandle();
        }

        /** What it has said on standard error so far. */
        public String saidSoFar() throws IOException {
            return Files.readString(stderr());
        }

        /** What Ctrl-C sends. */
        public void interrupt() {
            Commands.run(List.of("kill", "-INT", String.valueOf(process.pid())));
        }

        /** What it has written to standard error up to now. */
        public String stderrSoFar() {
            try {
                return Files.readString(stderr());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** What no process can answer. */
        public void kill() {
            process.destroyForcibly();
        }

        public Run await(Duration limit) throws IOException, InterruptedException {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("did not end within " + limit);
            }
            return new Run(
                    process.exitValue(), Files.readString(stdout()), Files.readString(stderr()), 0);
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private AgentProgram(Path directory, Path launcher) {
        this.directory = directory;
        this.launcher = launcher;
        environment.put("PATH", directory + ":/usr/bin:/bin:/usr/sbin:/sbin");
        environment.put("NIXFLEET_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary());
    }

    /** The package of this build; {@code nix} and {@code nix-daemon} on its PATH are that Nix's. */
    public static AgentProgram with(NixInstallation nix) throws IOException {
        Path directory = Files.createTempDirectory("nixfleet-path-");
        for (String program : List.of("nix", "nix-daemon", "nix-store")) {
            Path wrapper = directory.resolve(program);
            String command = String.join(" ", nix.command(program));
            Files.writeString(wrapper, "#!/bin/sh\nexec " + command + " \"$@\"\n");
            Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.createDirectory(directory.resolve("tmp"));
        return new AgentProgram(
                directory,
                Path.of(System.getProperty("nixfleet.package.dir"), "bin/nixfleet-agent"));
    }

    /** Puts a shell script on the PATH of all runs from now on. */
    public AgentProgram program(String name, String script) throws IOException {
        Path program = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return this;
    }

    /** Sets a variable of the environment of all runs from now on. */
    public AgentProgram environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Where its scripts are, which goes before all else on the PATH. */
    public Path directory() {
        return directory;
    }

    /** The files that runs left in the folder that they have for temporary ones. */
    public List<Path> temporaryFiles() throws IOException {
        try (Stream<Path> files = Files.list(temporary())) {
            return files.toList();
        }
    }

    private Path temporary() {
        return directory.resolve("tmp");
    }

    public Run run(String... arguments) throws IOException, InterruptedException {
        return runBy(List.of(), arguments);
    }

    /** Runs by a program that runs what its arguments say. */
    public Run runBy(List<String> by, String... arguments)
            throws IOException, InterruptedException {
        Path peak = directory.resolve("peak");
        var measured = new ArrayList<>(by);
        measured.addAll(List.of("/usr/bin/time", "--quiet", "-f", "%M", "-o", peak.toString()));
        try (Running running = launch(measured, arguments)) {
            Run run = running.await(LIMIT);
            return new Run(
                    run.exitCode(),
                    run.stdout(),
                    run.stderr(),
                    Long.parseLong(Files.readString(peak).strip()));
        }
    }

    /** Starts a run whose process is the agent's own. */
    public Running start(String... arguments) throws IOException {
        // A test run in the background of a shell ignores SIGINT, and so would its children.
        return launch(List.of("env", "--default-signal=INT"), arguments);
    }

    /** Runs on a terminal of its own; what it shows there is in {@code stdout}. */
    public Run runOnTerminal(String... arguments) throws IOException, InterruptedException {
        String command = launcher + " " + String.join(" ", arguments);
        var builder = builder(List.of("script", "--quiet", "--return", "-c", command, "/dev/null"));
        builder.environment().put("TERM", environment.getOrDefault("TERM", "xterm"));
        try (var running = new Running(builder.start())) {
            return running.await(LIMIT);
        }
    }

    private Running launch(List<String> by, String... arguments) throws IOException {
        var command = new ArrayList<>(by);
        command.add(launcher.toString());
        command.addAll(List.of(arguments));
        return new Running(builder(command).start());
    }

    private ProcessBuilder builder(List<String> command) {
        var builder =
                new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(stdout().toFile())
                        .redirectError(stderr().toFile());
        builder.environment().putAll(environment);
        return builder;
    }

    private Path stdout() {
        return directory.resolve("stdout");
    }

    private Path stderr() {
        return directory.resolve("stderr");
    }

    @Override
    public void close() {
        Commands.run(List.of("rm", "-rf", directory.toString()));
    }
}

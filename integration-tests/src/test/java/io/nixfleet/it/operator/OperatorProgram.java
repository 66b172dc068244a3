package io.nixfleet.it.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged {@code nixfleet}, as its operator runs it in the fleet's directory. */
final class OperatorProgram {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Path directory;
    private final Path output;
    private final Map<String, String> environment = new HashMap<>();

    /**
     * @param directory where it runs
     * @param output a directory for what it prints, and for its home
     */
    OperatorProgram(Path directory, Path output) {
        this.directory = directory;
        this.output = output;
        // As a test may build: no sandbox, no build users, no way to a cache.
        environment.put("NIX_CONFIG", "sandbox = false\nbuild-users-group =\nsubstituters =\n");
        environment.put("HOME", output.toString());
    }

    /** How a run ended. */
    record Run(int exitCode, String out, String err) {
        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(out);
        }
    }

    /** A run under way. */
    record Running(Process process, Path out, Path err) implements AutoCloseable {
        Run await() throws IOException, InterruptedException {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("nixfleet did not end: " + Files.readString(err));
            }
            return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
        }

        /** Ends it with all that came of it, if it still runs. */
        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    OperatorProgram with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Run run(String... arguments) throws IOException, InterruptedException {
        try (Running running = start(arguments)) {
            return running.await();
        }
    }

    Running start(String... arguments) throws IOException {
        var command =
                new ArrayList<>(
                        List.of(
                                // A test run in the background of a shell ignores SIGINT, and so
                                // would its children.
                                "env",
                                "--default-signal=INT",
                                System.getProperty("nixfleet.operator.dir") + "/bin/nixfleet"));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(output, "nixfleet-", ".out");
        Path err = Files.createTempFile(output, "nixfleet-", ".err");
        var builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("NIXFLEET_"));
        builder.environment().putAll(environment);
        return new Running(builder.start(), out, err);
    }
}

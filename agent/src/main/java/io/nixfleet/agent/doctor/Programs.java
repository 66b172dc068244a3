package io.nixfleet.agent.doctor;

import io.nixfleet.agent.process.Command;
import io.nixfleet.agent.process.ProcessRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs the host's own commands, those that only look.
 *
 * @param environment all that they find in theirs; PATH says where they are
 * @param limit how long each may take
 */
public record Programs(ProcessRunner runner, Map<String, String> environment, Duration limit) {
    public Programs {
        environment = Map.copyOf(environment);
    }

    /** Runs a command, however it ends. */
    ProcessRunner.Result run(String... words) throws IOException, InterruptedException {
        return runner.run(
                Command.of(List.of(words))
                        .with(new Command.Environment.Replaced(environment))
                        .within(limit));
    }

    /** The {@code NAME=VALUE} lines that a command prints; values of one name are put together. */
    Map<String, String> properties(String... words) throws IOException, InterruptedException {
        ProcessRunner.Result result = run(words);
        if (result.exitCode() != 0) {
            throw new IOException(
                    "%s ended with %s: %s"
                            .formatted(words[0], result.ending(), result.stderr().strip()));
        }
        var properties = new HashMap<String, String>();
        result.stdout()
                .lines()
                .forEach(
                        line -> {
                            int equals = line.indexOf('=');
                            if (equals > 0) {
                                properties.merge(
                                        line.substring(0, equals),
                                        line.substring(equals + 1),
                                        (former, more) -> former + " " + more);
                            }
                        });
        return Map.copyOf(properties);
    }

    /** Those of the programs that are not on the PATH. */
    List<String> missing(List<String> programs) {
        return programs.stream().filter(program -> !has(program)).toList();
    }

    boolean has(String program) {
        return Stream.of(path().split(":", -1))
                .filter(directory -> directory.startsWith("/"))
                .map(directory -> Path.of(directory, program))
                .anyMatch(file -> Files.isRegularFile(file) && Files.isExecutable(file));
    }

    String path() {
        return environment.getOrDefault("PATH", "");
    }
}

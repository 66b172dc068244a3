package io.nixfleet.agent.activation;

import io.nixfleet.agent.process.Command;
import io.nixfleet.agent.process.ProcessRunner;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Runs the host's own commands.
 *
 * @param environment all that they find in theirs; PATH says where they are
 * @param limit how long each may take
 */
public record HostCommands(ProcessRunner runner, Map<String, String> environment, Duration limit) {
    private static final int OUTPUT_BYTES = 4096;

    public HostCommands {
        environment = Map.copyOf(environment);
    }

    /** Runs a command, however it ends. */
    ProcessRunner.Result run(List<String> words) throws IOException, InterruptedException {
        return runner.run(
                Command.of(words)
                        .with(new Command.Environment.Replaced(environment))
                        .within(limit)
                        .keeping(Command.OutputLimit.tail(OUTPUT_BYTES)));
    }

    ProcessRunner.Result run(String... words) throws IOException, InterruptedException {
        return run(List.of(words));
    }

    /**
     * Runs a command that has to succeed.
     *
     * @param purpose what it is to do, to go on after "could not"
     */
    ProcessRunner.Result require(String purpose, List<String> words)
            throws HostException, InterruptedException {
        ProcessRunner.Result result;
        try {
            result = run(words);
        } catch (IOException e) {
            throw new HostException("could not %s: %s".formatted(purpose, e.getMessage()), e);
        }
        if (result.exitCode() != 0) {
            throw new HostException(
                    "could not %s: %s ended with %s: %s"
                            .formatted(
                                    purpose,
                                    words.getFirst(),
                                    result.ending(),
                                    result.stderr().strip()));
        }
        return result;
    }
}

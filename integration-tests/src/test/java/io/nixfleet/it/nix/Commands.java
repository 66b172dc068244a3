package io.nixfleet.it.nix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the programs of a test. */
public final class Commands {
    private static final long LIMIT_SECONDS = 120;

    private Commands() {}

    /**
     * How a program ended.
     *
     * @param output standard output and error, mixed
     */
    public record Outcome(int exitCode, String output) {}

    /** Runs a program to its end, whatever its exit code. */
    public static Outcome tryRun(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            {
                process.getOutputStream().close();
                byte[] output = process.getInputStream().readAllBytes();
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError("did not end: " + command);
                }
                return new Outcome(process.exitValue(), new String(output, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new AssertionError("cannot run " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Runs a program that must succeed. */
    public static Outcome run(List<String> command) {
        Outcome outcome = tryRun(command);
        if (outcome.exitCode() != 0) {
            throw new AssertionError(
                    "%s ended with %d: %s"
                            .formatted(command, outcome.exitCode(), outcome.output()));
        }
        return outcome;
    }
}

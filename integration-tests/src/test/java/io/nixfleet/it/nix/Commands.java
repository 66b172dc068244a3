package io.nixfleet.it.nix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the programs of a test. */
public final class Commands {
    private static final long LIMIT_SECONDS = 1800;

    private Commands() {}

    /**
     * How a program ended.
     *
     * @param stdout its standard output
     * @param stderr its standard error
     */
    public record Outcome(int exitCode, String stdout, String stderr) {
        /** Both streams, one after the other. */
        public String output() {
            return stdout + stderr;
        }
    }

    /** Runs a program to its end, whatever its exit code. */
    public static Outcome tryRun(List<String> command) {
        try {
            Path stderr = Files.createTempFile("nixfleet-stderr-", "");
            try {
                Process process =
                        new ProcessBuilder(command).redirectError(stderr.toFile()).start();
                process.getOutputStream().close();
                byte[] stdout = process.getInputStream().readAllBytes();
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError("did not end: " + command);
                }
                return new Outcome(
                        process.exitValue(),
                        new String(stdout, StandardCharsets.UTF_8),
                        Files.readString(stderr));
            } finally {
                Files.delete(stderr);
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

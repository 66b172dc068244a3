package io.nixfleet.agent.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Runs child processes to their end. A child that exceeds its time is ended with its descendants,
 * and so is one whose caller is interrupted.
 */
public final class ProcessRunner {
    private static final Duration GRACE = Duration.ofSeconds(2);

    /**
     * How a child ended.
     *
     * @param exitCode as the child gave it
     * @param stdout what it printed, cut at the limit
     * @param stderr what it complained, cut at the limit
     */
    public record Result(int exitCode, String stdout, String stderr) {}

    /**
     * Runs a command without standard input.
     *
     * @param environment added to this process's own
     * @param outputLimit how many bytes of each stream are kept; the rest is read and dropped
     * @throws IOException when it cannot be started, or took longer than the limit
     */
    public Result run(
            List<String> command, Map<String, String> environment, Duration limit, int outputLimit)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
        Process process = builder.start();
        try {
            var stdout = readInBackground(process.getInputStream(), outputLimit);
            var stderr = readInBackground(process.getErrorStream(), outputLimit);
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(
                        "%s did not end within %d s"
                                .formatted(command.getFirst(), limit.toSeconds()));
            }
            // A grandchild may hold the pipes open: they are not waited for longer than a moment.
            return new Result(process.exitValue(), text(stdout), text(stderr));
        } finally {
            end(process);
        }
    }

    private static CompletableFuture<String> readInBackground(InputStream in, int limit) {
        var text = new CompletableFuture<String>();
        Thread.ofPlatform()
                .daemon()
                .name("nixfleet-child-output")
                .start(
                        () -> {
                            try (in) {
                                byte[] kept = in.readNBytes(limit);
                                text.complete(new String(kept, StandardCharsets.UTF_8));
                                in.transferTo(java.io.OutputStream.nullOutputStream());
                            } catch (IOException | UncheckedIOException e) {
                                text.completeExceptionally(e);
                            }
                        });
        return text;
    }

    private static String text(CompletableFuture<String> output)
            throws IOException, InterruptedException {
        try {
            return output.get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException("reading a child's output failed", e.getCause());
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IOException("a child ended but left its output open", e);
        }
    }

    private static void end(Process process) {
        if (!process.isAlive()) {
            return;
        }
        List<ProcessHandle> family = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        family.forEach(ProcessHandle::destroyForcibly);
    }
}

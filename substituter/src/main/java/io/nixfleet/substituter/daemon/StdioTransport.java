package io.nixfleet.substituter.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A connection to a daemon that is our child process, over its standard input and output. */
final class StdioTransport implements DaemonTransport {
    private static final Duration EXIT_LIMIT = Duration.ofSeconds(2);
    private static final Duration LAST_WORDS_LIMIT = Duration.ofMillis(500);

    private final DaemonTarget.Stdio target;
    private final LogTail errors = new LogTail();
    private @Nullable Process process;
    private @Nullable Thread errorReader;
    private boolean closed;

    StdioTransport(DaemonTarget.Stdio target) {
        this.target = target;
    }

    @Override
    public synchronized void connect() throws IOException {
        if (closed) {
            throw new IOException("closed before it was started");
        }
        var builder = new ProcessBuilder(target.arguments());
        builder.environment().putAll(target.environment());
        Process started;
        try {
            started = builder.start();
        } catch (IOException e) {
            throw new IOException(
                    "cannot start it (%s); is Nix installed and nix-daemon in the PATH?"
                            .formatted(e.getMessage()),
                    e);
        }
        process = started;
        errorReader =
                Thread.ofPlatform()
                        .daemon()
                        .name("nix-daemon-stderr-" + started.pid())
                        .start(() -> drain(started.getErrorStream()));
    }

    private void drain(InputStream stream) {
        var buffer = new byte[4096];
        try (stream) {
            int read = stream.read(buffer);
            while (read >= 0) {
                errors.addText(new String(buffer, 0, read, StandardCharsets.UTF_8));
                read = stream.read(buffer);
            }
        } catch (IOException _) {
            // The process is gone; what it said until then is kept.
        }
    }

    private synchronized Process started() throws IOException {
        if (process == null) {
            throw new IOException("not connected");
        }
        return process;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return started().getInputStream().read(into, offset, length);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        OutputStream stream = started().getOutputStream();
        stream.write(bytes, offset, length);
        stream.flush();
    }

    @Override
    public String peer() {
        return target.describe();
    }

    @Override
    public String lastWords() {
        Process child;
        Thread reader;
        boolean endedByUs;
        synchronized (this) {
            child = process;
            reader = errorReader;
            endedByUs = closed;
        }
        if (child == null || reader == null) {
            return "";
        }
        boolean exited = false;
        try {
            exited = child.waitFor(LAST_WORDS_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            reader.join(LAST_WORDS_LIMIT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        String said = errors.text();
        String exit = exited && !endedByUs ? "it ended with exit code " + child.exitValue() : "";
        if (said.isEmpty()) {
            return exit;
        }
        return exit.isEmpty() ? "it said: " + said : exit + " and said: " + said;
    }

    @Override
    public void abort() {
        end(Duration.ZERO);
    }

    @Override
    public void close() {
        end(EXIT_LIMIT);
    }

    /**
     * Ends the whole process tree. Streams are closed only when nothing can be blocked in them any
     * more: closing one waits for a write under way.
     */
    private void end(Duration patience) {
        Process child;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            child = process;
        }
        if (child == null) {
            return;
        }
        List<ProcessHandle> descendants = child.descendants().toList();
        if (patience.isPositive()) {
            closeQuietly(child.getOutputStream());
            exitsWithin(child, patience);
        }
        child.destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
        exitsWithin(child, EXIT_LIMIT);
        closeQuietly(child.getOutputStream());
        closeQuietly(child.getInputStream());
    }

    private static void exitsWithin(Process child, Duration limit) {
        try {
            var _ = child.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(AutoCloseable stream) {
        try {
            stream.close();
        } catch (Exception _) {
            // A pipe to a process that is gone has nothing to lose.
        }
    }
}

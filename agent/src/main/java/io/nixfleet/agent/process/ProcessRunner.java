package io.nixfleet.agent.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs child processes to their end. A child that exceeds its time is ended with all that came of
 * it, and so is one whose caller is interrupted.
 */
public final class ProcessRunner {
    private static final Duration OPEN_OUTPUT_GRACE = Duration.ofSeconds(1);
    private static final int SIGNAL_BASE = 128;
    private static final int LAST_SIGNAL = 64;
    private static final AtomicLong CHILDREN = new AtomicLong();

    /**
     * How a child ended.
     *
     * @param exitCode as the child gave it, or 128 and the number of the signal that killed it, as
     *     shells have it
     * @param stdout what it printed, cut at the limit
     * @param stderr what it complained, cut at the limit
     */
    public record Result(int exitCode, String stdout, String stderr) {
        /**
         * The signal that killed it. Java tells no difference to a child that exits with such a
         * code, as shells do when theirs was killed.
         */
        public OptionalInt signal() {
            return exitCode > SIGNAL_BASE && exitCode <= SIGNAL_BASE + LAST_SIGNAL
                    ? OptionalInt.of(exitCode - SIGNAL_BASE)
                    : OptionalInt.empty();
        }

        /** For people, such as {@code exit code 1} or {@code killed by signal 9}. */
        public String ending() {
            OptionalInt signal = signal();
            return signal.isPresent()
                    ? "killed by signal " + signal.getAsInt()
                    : "exit code " + exitCode;
        }
    }

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
        return run(
                Command.of(command)
                        .with(new Command.Environment.Added(environment))
                        .within(limit)
                        .keeping(Command.OutputLimit.head(outputLimit)));
    }

    /**
     * Runs a command without standard input. What a child leaves behind that ends in time goes on.
     *
     * @throws CommandTimeoutException when it took longer than its limit, or was silent for longer
     *     than it may be
     * @throws IOException when it cannot be started
     */
    public Result run(Command command) throws IOException, InterruptedException {
        String mark =
                ProcessHandle.current().pid()
                        + "-"
                        + System.nanoTime()
                        + "-"
                        + CHILDREN.incrementAndGet();
        Process process = start(command, mark);
        var family = new Family(process, mark);
        boolean ended = false;
        try {
            KeptOutput stdout = KeptOutput.read(process.getInputStream(), command);
            KeptOutput stderr = KeptOutput.read(process.getErrorStream(), command);
            awaitEnd(process, command, stdout, stderr);
            ended = true;
            // Something it left behind may hold its output open: that is not waited for.
            stdout.awaitEnd(OPEN_OUTPUT_GRACE);
            stderr.awaitEnd(OPEN_OUTPUT_GRACE);
            return new Result(process.exitValue(), stdout.text(), stderr.text());
        } finally {
            if (!ended) {
                family.end();
            }
        }
    }

    private static void awaitEnd(
            Process process, Command command, KeptOutput stdout, KeptOutput stderr)
            throws CommandTimeoutException, InterruptedException {
        String program = command.words().getFirst();
        long limit = command.limit().toNanos();
        long silence = command.attention().silence().toNanos();
        long started = System.nanoTime();
        while (true) {
            long now = System.nanoTime();
            long left = limit - (now - started);
            if (left <= 0) {
                throw CommandTimeoutException.tooLong(
                        program, command.limit(), stdout.text(), stderr.text());
            }
            long heard = now - Math.max(stdout.lastHeard(), stderr.lastHeard());
            if (heard >= silence) {
                throw CommandTimeoutException.silent(
                        program, command.attention().silence(), stdout.text(), stderr.text());
            }
            if (process.waitFor(Math.min(left, silence - heard), TimeUnit.NANOSECONDS)) {
                return;
            }
        }
    }

    private static Process start(Command command, String mark) throws IOException {
        var builder = new ProcessBuilder(command.words());
        Map<String, String> environment = builder.environment();
        switch (command.environment()) {
            case Command.Environment.Added(var variables) -> environment.putAll(variables);
            case Command.Environment.Replaced(var variables) -> {
                environment.clear();
                environment.putAll(variables);
            }
        }
        environment.put(Family.MARK, mark);
        builder.command(located(command.words(), environment.getOrDefault("PATH", "")));
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        return builder.start();
    }

    // Java looks a program up on its own PATH, not on the one that the child gets.
    private static List<String> located(List<String> words, String path) throws IOException {
        String program = words.getFirst();
        if (program.contains("/")) {
            return words;
        }
        for (String directory : path.split(":", -1)) {
            Path candidate = Path.of(directory, program);
            if (directory.startsWith("/")
                    && Files.isRegularFile(candidate)
                    && Files.isExecutable(candidate)) {
                var located = new ArrayList<>(words);
                located.set(0, candidate.toString());
                return located;
            }
        }
        throw new IOException("there is no program '%s' on the PATH %s".formatted(program, path));
    }
}

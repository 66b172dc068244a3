package io.nixfleet.it.simulation;

import io.nixfleet.it.host.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A program of the tests' class path as a child process; what it says goes to files. */
final class JavaProcess implements AutoCloseable {
    private final Process process;
    private final Path output;
    private final Path errors;
    private final Writer input;
    private int read;

    private JavaProcess(Process process, Path output, Path errors) {
        this.process = process;
        this.output = output;
        this.errors = errors;
        this.input = process.outputWriter();
    }

    /**
     * Starts a program.
     *
     * @param log without its ending
     */
    static JavaProcess start(Path log, List<String> jvmOptions, String main, List<String> arguments)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(arguments);
        Path output = Path.of(log + ".out");
        Path errors = Path.of(log + ".err");
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start();
        return new JavaProcess(process, output, errors);
    }

    void say(String line) throws IOException {
        input.write(line + "\n");
        input.flush();
    }

    /** The next line that it prints, parted at blanks. */
    String[] awaitLine(Duration limit) {
        String line =
                Await.value(
                        () -> "a line of a child, which said: " + tail(),
                        limit,
                        () -> {
                            List<String> lines = lines(output);
                            if (lines.size() > read) {
                                return Optional.of(lines.get(read));
                            }
                            if (!process.isAlive()) {
                                throw new AssertionError("a child ended: " + tail());
                            }
                            return Optional.empty();
                        });
        read++;
        return line.split(" ", -1);
    }

    private String tail() {
        List<String> lines = lines(errors);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    /** Those that are complete. */
    private static List<String> lines(Path file) {
        try {
            String text = Files.readString(file);
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it, as the kernel does. */
    @Override
    public void close() {
        process.destroyForcibly();
        boolean interrupted = false;
        while (true) {
            try {
                process.waitFor();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

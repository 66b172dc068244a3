package io.nixfleet.agent.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** What a program writes with SLF4J, and what the stream then has. */
@Isolated("the log is one for the whole process")
final class LoggingTest {
    private static final Logger LOG = LoggerFactory.getLogger("io.nixfleet.agent.deploy.Runner");

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(bytes, false, UTF_8);

    @AfterEach
    void writeToStandardErrorAgain() {
        Logging.silenceLibraries();
    }

    private String written() {
        return bytes.toString(UTF_8);
    }

    private static Map<String, String> parsed(String line) throws IOException {
        return new ObjectMapper().readValue(line, new TypeReference<>() {});
    }

    @Test
    void writesAnObjectALine() throws Exception {
        Logging.configure(Level.INFO, LogFormat.JSON, stream);

        DeploymentScope.run("d-1", () -> LOG.info("activated system={} tries={}", "\"x\"\\", 2));
        LOG.warn("alone");

        List<String> lines = written().lines().toList();
        assertThat(lines).hasSize(2);
        Map<String, String> first = parsed(lines.getFirst());
        assertThat(first.keySet())
                .containsExactly("time", "level", "logger", "message", "deployment");
        assertThat(first)
                .contains(
                        entry("level", "info"),
                        entry("logger", "Runner"),
                        entry("message", "activated system=\"x\"\\ tries=2"),
                        entry("deployment", "d-1"));
        assertThat(Instant.parse(String.valueOf(first.get("time"))))
                .isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(parsed(lines.getLast()))
                .containsEntry("level", "warn")
                .doesNotContainKeys("deployment", "error");
    }

    @Test
    void writesPlainLinesForPeople() {
        Logging.configure(Level.INFO, LogFormat.PLAIN, stream);

        DeploymentScope.run("d-1", () -> LOG.error("failed", new IOException("no route")));

        assertThat(written())
                .matches(
                        "\\d\\d:\\d\\d:\\d\\d\\.\\d{3} error Runner: failed deployment=d-1"
                                + " error=java.io.IOException: no route\n");
    }

    @Test
    void keepsTextOfStrangersInItsLine() throws Exception {
        String hostile = "a\nb\r\n\u001b[31mc\u0085d\u2028e\u202ef\u0000\ud800\t\uD83D\uDE80é";
        for (LogFormat format : LogFormat.values()) {
            bytes.reset();
            Logging.configure(Level.INFO, format, stream);

            DeploymentScope.run(
                    "x\ny", () -> LOG.info("got {}", hostile, new IOException(hostile)));

            String line = written();
            assertThat(line).endsWith("\n").contains("\uD83D\uDE80é");
            assertThat(line.substring(0, line.length() - 1))
                    .matches("[^\\p{Cntrl}\\p{Zl}\\p{Zp}\\p{Cf}\\p{Cs}]*");
            if (format == LogFormat.JSON) {
                assertThat(parsed(line))
                        .containsEntry("message", "got " + hostile)
                        .containsEntry("deployment", "x\ny")
                        .containsEntry("error", "java.io.IOException: " + hostile);
            }
        }
    }

    @Test
    void namesTheCausesOfAnErrorButShowsStacksOnlyWhenDebugging() throws Exception {
        var failure = new IllegalStateException("outer", new IOException("inner"));
        Logging.configure(Level.INFO, LogFormat.JSON, stream);
        LOG.warn("it failed", failure);
        assertThat(parsed(written()))
                .containsEntry(
                        "error",
                        "java.lang.IllegalStateException: outer; caused by java.io.IOException:"
                                + " inner")
                .doesNotContainKey("stack");

        bytes.reset();
        Logging.configure(Level.DEBUG, LogFormat.JSON, stream);
        LOG.debug("it failed", failure);
        assertThat(written().lines()).hasSize(1);
        assertThat(parsed(written()).get("stack")).contains("\tat io.nixfleet.agent.logging");
    }

    @Test
    void bearsWithCausesInACircleAndMessagesWithoutAnEnd() throws Exception {
        var one = new IOException("one");
        one.initCause(new IOException("two", one));
        Logging.configure(Level.TRACE, LogFormat.JSON, stream);

        LOG.info("\u0001".repeat(1_000_000) + "é", one);

        assertThat(written().lines()).hasSize(1);
        assertThat(bytes.size()).isLessThan(48 << 10);
        assertThat(parsed(written()).get("message")).endsWith("…");
    }

    @Test
    void takesLevelsOfTheAgentOnlyAndKeepsNoisyLibrariesSilent() {
        Logging.configure(Level.DEBUG, LogFormat.PLAIN, stream);

        LOG.trace("no 1");
        LoggerFactory.getLogger("com.example").info("no 2");
        LoggerFactory.getLogger("io.netty.handler").error("no 3");
        LoggerFactory.getLogger("io.vertx.core").error("no 4");
        LOG.debug("yes 1");
        LoggerFactory.getLogger("com.example").warn("yes 2");

        assertThat(written())
                .doesNotContain("no ")
                .contains("debug Runner: yes 1")
                .contains("yes 2");
    }

    @Test
    void givesEachThreadItsOwnScope() throws Exception {
        var seen = new ArrayList<Object>();
        String answer =
                DeploymentScope.call(
                        "outer",
                        () -> {
                            seen.add(DeploymentScope.current());
                            Thread.ofVirtual()
                                    .start(() -> seen.add(DeploymentScope.current()))
                                    .join();
                            DeploymentScope.run("inner", () -> seen.add(DeploymentScope.current()));
                            return "done";
                        });

        assertThat(answer).isEqualTo("done");
        assertThat(seen).hasToString("[Optional[outer], Optional.empty, Optional[inner]]");
        assertThat(DeploymentScope.current()).isEmpty();
    }

    @Test
    void isHeardUntilTheProcessEnds() throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                LastWords.class.getName())
                        .redirectErrorStream(true)
                        .start();
        try {
            var output = process.inputReader();
            assertThat(output.readLine()).contains("\"message\":\"waiting\"");
            // Process.destroy would close the output, too.
            process.toHandle().destroy();
            assertThat(output.lines().toList()).anyMatch(line -> line.contains("last words"));
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    /**
     * A program that has something to say after its signal, later than Java's own log would take.
     */
    static final class LastWords {
        private LastWords() {}

        @SuppressWarnings("SystemOut") // The log's stream is the standard output here.
        public static void main(String[] args) throws InterruptedException {
            Logging.configure(Level.INFO, LogFormat.JSON, System.out);
            Runtime.getRuntime()
                    .addShutdownHook(
                            new Thread(
                                    () -> {
                                        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
                                        LOG.info("last words");
                                    }));
            LOG.info("waiting");
            Thread.currentThread().join(TimeUnit.MINUTES.toMillis(1));
        }
    }
}

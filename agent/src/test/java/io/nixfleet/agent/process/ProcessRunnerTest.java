package io.nixfleet.agent.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nixfleet.agent.process.Command.Environment;
import io.nixfleet.agent.process.Command.OutputLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ProcessRunnerTest {
    // Ignores SIGTERM, and so does its child, whose parent soon ends so that it is an orphan.
    private static final String STUBBORN_FAMILY =
            """
            trap '' TERM
            ( sh -c 'trap "" TERM; echo $$ > orphan; while :; do sleep 1; done' & )
            while [ ! -s orphan ]; do sleep 0.05; done
            echo $$ > child
            echo begun
            while :; do sleep 1; done
            """;

    @TempDir Path dir;
    private final ProcessRunner runner = new ProcessRunner();

    @Test
    void givesExitCodeAndBothStreams() throws Exception {
        var result = runner.run(shell("echo out; echo err >&2; exit 3"));

        assertThat(result).isEqualTo(new ProcessRunner.Result(3, "out\n", "err\n"));
        assertThat(result.signal()).isEmpty();
        assertThat(result.ending()).isEqualTo("exit code 3");
    }

    @Test
    void tellsTheSignalThatKilledAChild() throws Exception {
        var result = runner.run(shell("kill -9 $$"));

        assertThat(result.signal()).hasValue(9);
        assertThat(result.ending()).isEqualTo("killed by signal 9");
    }

    @Test
    void endsAFamilyThatIgnoresTheRequestToEnd() throws Exception {
        var timeout =
                catchThrowableOfType(
                        CommandTimeoutException.class,
                        () -> runner.run(shell(STUBBORN_FAMILY).within(Duration.ofSeconds(1))));

        assertThat(timeout).hasMessage("/bin/sh did not end within 1 s");
        assertThat(timeout.stdout()).isEqualTo("begun\n");
        awaitEnd("child");
        awaitEnd("orphan");
    }

    @Test
    void endsAFamilyWhenItsCallerIsInterrupted() throws Exception {
        var thrown = new CompletableFuture<Throwable>();
        Thread caller =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        runner.run(shell(STUBBORN_FAMILY));
                                        thrown.complete(new AssertionError("it ended"));
                                    } catch (Throwable e) {
                                        thrown.complete(e);
                                    }
                                });
        await(() -> Files.exists(dir.resolve("child")));
        caller.interrupt();

        assertThat(thrown.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        awaitEnd("child");
        awaitEnd("orphan");
    }

    @Test
    void doesNotWaitForWhatAChildLeftBehind() throws Exception {
        var result = runner.run(shell("sleep 600 & echo $! > daemon; echo done"));
        ProcessHandle daemon = process("daemon");

        assertThat(result.stdout()).isEqualTo("done\n");
        assertThat(daemon.isAlive()).isTrue();
        daemon.destroyForcibly();
    }

    @Test
    void replacesTheEnvironment() throws Exception {
        var result =
                runner.run(
                        Command.of("/usr/bin/env")
                                .with(new Environment.Replaced(Map.of("ONLY", "this"))));

        assertThat(result.stdout().lines())
                .contains("ONLY=this")
                .allMatch(line -> line.startsWith("ONLY=") || line.startsWith(Family.MARK));
    }

    @Test
    void looksForProgramsOnThePathOfTheChild() throws Exception {
        Path program = dir.resolve("greet");
        Files.writeString(program, "#!/bin/sh\necho hello\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));

        var result =
                runner.run(
                        Command.of("greet")
                                .with(new Environment.Replaced(Map.of("PATH", "/no:" + dir))));

        assertThat(result.stdout()).isEqualTo("hello\n");
    }

    @Test
    void saysWhichProgramIsMissing() {
        Command command =
                Command.of("greet").with(new Environment.Replaced(Map.of("PATH", "/no:/where")));

        assertThatThrownBy(() -> runner.run(command))
                .isInstanceOf(IOException.class)
                .hasMessage("there is no program 'greet' on the PATH /no:/where");
    }

    @Test
    void keepsTheHeadOrTheTailOfALongOutput() throws Exception {
        Command command = shell("seq 100000; echo end");

        assertThat(runner.run(command.keeping(OutputLimit.head(7))).stdout())
                .isEqualTo("1\n2\n3\n4");
        assertThat(runner.run(command.keeping(OutputLimit.tail(11))).stdout())
                .isEqualTo("100000\nend\n");
    }

    @Test
    void keepsMuchWithoutRoomForAllThatItMayKeep() throws Exception {
        String all = runner.run(shell("seq 100000").keeping(OutputLimit.head(1 << 30))).stdout();
        assertThat(all).hasSize(588_895).endsWith("\n100000\n");

        Command command = shell("seq 100000");
        assertThat(runner.run(command.keeping(OutputLimit.head(300_000))).stdout())
                .isEqualTo(all.substring(0, 300_000));
        assertThat(runner.run(command.keeping(OutputLimit.tail(300_000))).stdout())
                .isEqualTo(all.substring(all.length() - 300_000));
    }

    @Test
    void cutsNoCharacterInTwo() throws Exception {
        Command command = shell("printf 'aäöü'");

        assertThat(runner.run(command.keeping(OutputLimit.head(4))).stdout()).isEqualTo("aä");
        assertThat(runner.run(command.keeping(OutputLimit.tail(3))).stdout()).isEqualTo("ü");
        assertThat(runner.run(command.keeping(OutputLimit.tail(7))).stdout()).isEqualTo("aäöü");
    }

    private Command shell(String script) {
        return Command.of("/bin/sh", "-c", "cd '" + dir + "'\n" + script);
    }

    private void awaitEnd(String pidFile) throws Exception {
        ProcessHandle.of(pid(pidFile)).ifPresent(ended -> await(() -> !lives(ended)));
    }

    // One that nobody waits for stays a zombie where the first process does not see to it.
    private static boolean lives(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        try {
            return !Files.readString(Path.of("/proc", "" + process.pid(), "stat")).contains(") Z ");
        } catch (IOException _) {
            return false;
        }
    }

    private ProcessHandle process(String pidFile) throws IOException {
        return ProcessHandle.of(pid(pidFile)).orElseThrow();
    }

    private long pid(String pidFile) throws IOException {
        return Long.parseLong(Files.readString(dir.resolve(pidFile)).strip());
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}

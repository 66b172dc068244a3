package io.nixfleet.agent.activation;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.time.ManualTicks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SwitchLockTest {
    @TempDir Path dir;
    private final ManualTicks ticks = new ManualTicks();
    private HostPaths paths;
    private SwitchLock lock;

    @BeforeEach
    void setUp() throws Exception {
        paths = new HostPaths(dir);
        Files.createDirectories(paths.switchLock().getParent());
        Files.createDirectories(paths.locks().getParent());
        Files.createSymbolicLink(paths.locks(), Path.of("/proc/locks"));
        lock = new SwitchLock(paths, ticks);
    }

    @AfterEach
    void tearDown() throws Exception {
        Files.deleteIfExists(paths.locks());
    }

    @Test
    void isFreeWithoutAFile() throws Exception {
        assertThat(lock.holder()).isEmpty();
    }

    @Test
    void seesWhoHoldsItAndTakesItFromNobody() throws Exception {
        Files.createFile(paths.switchLock());
        assertThat(lock.holder()).isEmpty();
        Process holder = hold();
        try {
            assertThat(lock.holder()).hasValue(holder.pid());
            assertThat(lock.awaitFree(Duration.ofSeconds(5))).isFalse();
            assertThat(ticks.pauses()).hasSize(10);
        } finally {
            end(holder);
        }
        assertThat(lock.holder()).isEmpty();
    }

    @Test
    void waitsUntilItIsFree() throws Exception {
        Process holder = hold();
        ticks.whenWaiting(() -> end(holder));

        assertThat(lock.awaitFree(Duration.ofMinutes(10))).isTrue();
        assertThat(ticks.pauses()).hasSize(1);
    }

    @Test
    void doesNotTakeALockOfAnotherFileOrOneWhoWaitsForAHolder() throws Exception {
        Files.createFile(paths.switchLock());
        long inode = (long) Files.getAttribute(paths.switchLock(), "unix:ino");
        Files.delete(paths.locks());
        Files.writeString(
                paths.locks(),
                """
                1: POSIX  ADVISORY  WRITE 7 00:00:%1$d 0 EOF
                2: FLOCK  ADVISORY  WRITE 7 fff:fffff:%1$d 0 EOF
                2: -> FLOCK  ADVISORY  WRITE 8 fff:fffff:%1$d 0 EOF
                """
                        .formatted(inode));

        assertThat(lock.holder()).isEmpty();
    }

    @Test
    void isNeverInTheWayOfASwitchThatBegins() throws Exception {
        Process switches =
                new ProcessBuilder(
                                "/bin/sh",
                                "-c",
                                "for i in $(seq 200); do flock --nonblock \"$0\" true || exit 1;"
                                        + " done",
                                paths.switchLock().toString())
                        .inheritIO()
                        .start();
        try {
            long looks = 0;
            while (switches.isAlive()) {
                var _ = lock.holder();
                looks++;
            }

            assertThat(looks).isPositive();
            assertThat(switches.exitValue()).as("each switch had the lock at once").isZero();
        } finally {
            end(switches);
        }
    }

    private Process hold() throws IOException {
        // As switch-to-configuration does: the process itself holds it until it ends.
        Process holder =
                new ProcessBuilder(
                                "flock",
                                "--no-fork",
                                paths.switchLock().toString(),
                                "/bin/sh",
                                "-c",
                                "echo held; exec sleep 600")
                        .redirectErrorStream(true)
                        .start();
        assertThat(holder.inputReader().readLine()).isEqualTo("held");
        return holder;
    }

    private static void end(Process holder) {
        holder.destroyForcibly();
        try {
            assertThat(holder.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

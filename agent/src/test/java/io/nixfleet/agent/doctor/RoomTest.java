package io.nixfleet.agent.doctor;

import io.nixfleet.agent.doctor.DiskCheck.Floors;
import io.nixfleet.agent.doctor.DiskCheck.Free;
import io.nixfleet.agent.process.ProcessRunner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks and /boot. */
class RoomTest {
    private static final DiskCheck CHECK =
            new DiskCheck(
                    "disk",
                    Path.of("/data"),
                    new Floors(10_000_000, 20_000_000, 100),
                    "make room",
                    new Programs(new ProcessRunner(), Map.of(), Duration.ofSeconds(1)));

    private static Finding judge(long bytes, Optional<Long> inodes) {
        return DiskCheck.judge(new Free(bytes, inodes), CHECK);
    }

    @Test
    void isEnough() {
        Findings.assertOk(judge(20_000_000, Optional.of(100L)), "/data: 20 MB free");
        Findings.assertOk(judge(20_000_000, Optional.empty()), "/data: 20 MB free");
    }

    @Test
    void isShort() {
        Findings.assertFound(
                judge(19_999_999, Optional.empty()), Result.WARNING, "little room", "make room");
        Findings.assertFound(
                judge(9_999_999, Optional.empty()), Result.FAILED, "is full", "make room");
        Findings.assertFound(
                judge(20_000_000, Optional.of(99L)),
                Result.FAILED,
                "only 99 inodes left",
                "make room");
    }

    @Test
    void isMeasuredOfWhatIsYetToBe(@TempDir Path directory) throws Exception {
        var check =
                new DiskCheck(
                        "disk",
                        directory.resolve("a/b"),
                        new Floors(0, 0, 1),
                        "make room",
                        new Programs(
                                new ProcessRunner(),
                                Map.of("PATH", "/usr/bin:/bin"),
                                Duration.ofMinutes(1)));

        Findings.assertOk(check.look(), directory.resolve("a/b") + ": ");
    }

    @Test
    void isNotWhatTheAgentAsksForInBoot(@TempDir Path directory) {
        Findings.assertOk(BootCheck.judge(16_000_000, 16_000_000), "16 MB free");
        Findings.assertFound(
                BootCheck.judge(15_999_999, 16_000_000),
                Result.FAILED,
                "while less than 16 MB are free (--boot-floor)",
                "nix-collect-garbage");
        Findings.assertOk(new BootCheck(directory.resolve("boot"), 1).look(), "there is none");
    }
}

package io.nixfleet.agent.doctor;

import io.nixfleet.agent.state.StateInspection.Found;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class StateCheckTest {
    private static final Path FILE = Path.of("/var/lib/nixfleet/state.db");

    @Test
    void isWell() {
        Findings.assertOk(StateCheck.judge(FILE, new Found.Usable(2), true), FILE + ", version 2");
        Findings.assertOk(StateCheck.judge(FILE, new Found.Nothing(), true), "is not there yet");
    }

    @Test
    void isNotWell() {
        Findings.assertFound(
                StateCheck.judge(FILE, new Found.Unusable("it is corrupt"), true),
                Result.FAILED,
                "it is corrupt",
                "systemctl restart nixfleet-agent");
        Findings.assertFound(
                StateCheck.judge(FILE, new Found.Unreadable("no"), true),
                Result.FAILED,
                "no",
                "chown root " + FILE);
        Findings.assertFound(
                StateCheck.judge(FILE, new Found.Usable(2), false),
                Result.FAILED,
                "cannot be written",
                "findmnt -T " + FILE);
    }
}

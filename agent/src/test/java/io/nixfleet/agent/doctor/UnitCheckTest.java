package io.nixfleet.agent.doctor;

import io.nixfleet.agent.doctor.UnitStanding.Shown;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UnitCheckTest {
    private static Finding judge(String... changes) {
        Map<String, String> properties =
                new HashMap<>(
                        Map.of(
                                "LoadState", "loaded",
                                "UnitFileState", "enabled",
                                "ActiveState", "active",
                                "SubState", "running",
                                "Result", "success",
                                "NRestarts", "0",
                                "ExecMainStatus", "0",
                                "NeedDaemonReload", "no"));
        for (int i = 0; i < changes.length; i += 2) {
            properties.put(changes[i], changes[i + 1]);
        }
        return UnitCheck.judge(new Shown(properties));
    }

    @Test
    void runs() {
        Findings.assertOk(judge(), "enabled, active (running)");
        Findings.assertOk(judge("NRestarts", "2"), "restarts so far: 2");
    }

    @Test
    void isNotThere() {
        Findings.assertFound(
                judge("LoadState", "not-found"),
                Result.FAILED,
                "there is no unit nixfleet-agent.service",
                "services.nixfleet-agent.enable = true");
        Findings.assertFound(
                judge("LoadState", "masked"),
                Result.FAILED,
                "never start",
                "systemctl unmask nixfleet-agent");
    }

    @Test
    void runsButNotForLong() {
        Findings.assertFound(
                judge("UnitFileState", "disabled"),
                Result.WARNING,
                "does not start at the next boot",
                "systemctl enable nixfleet-agent");
        Findings.assertFound(
                judge("NeedDaemonReload", "yes"),
                Result.WARNING,
                "have changed",
                "systemctl daemon-reload");
    }

    @Test
    void doesNotRun() {
        Findings.assertFound(
                judge("ActiveState", "inactive", "SubState", "dead"),
                Result.FAILED,
                "does not run",
                "systemctl start nixfleet-agent");
        Findings.assertFound(
                judge("ActiveState", "activating", "SubState", "start"),
                Result.WARNING,
                "not up yet",
                "journalctl -u nixfleet-agent");
    }

    @Test
    void endsAgainAndAgain() {
        Findings.assertFound(
                judge(
                        "ActiveState", "activating",
                        "SubState", "auto-restart",
                        "ExecMainStatus", "1",
                        "NRestarts", "7"),
                Result.FAILED,
                "again and again (exit code 1, restarts so far: 7)",
                "journalctl -u nixfleet-agent");
        Findings.assertFound(
                judge("ActiveState", "failed", "Result", "start-limit-hit"),
                Result.FAILED,
                "so often that systemd does not start it any more",
                "systemctl reset-failed nixfleet-agent");
    }

    @Test
    void ended() {
        Findings.assertFound(
                judge("ActiveState", "failed", "Result", "exit-code", "ExecMainStatus", "2"),
                Result.FAILED,
                "exit code 2: an option",
                "systemctl restart nixfleet-agent");
        Findings.assertFound(
                judge("ActiveState", "failed", "Result", "oom-kill", "ExecMainStatus", "9"),
                Result.FAILED,
                "oom-kill",
                "journalctl -u nixfleet-agent");
    }
}

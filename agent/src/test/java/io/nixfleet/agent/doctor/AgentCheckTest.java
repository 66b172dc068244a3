package io.nixfleet.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentCheckTest {
    private static Finding judge(String more) throws Exception {
        return AgentCheck.judge(
                new ObjectMapper()
                        .readTree(
                                "{\"version\": \"0.1.0\", \"phase\": \"idle\", \"refused\": [],"
                                        + " \"needs_attention\": null, \"last_poll_failure\": null,"
                                        + " \"health\": null"
                                        + more
                                        + "}"));
    }

    @Test
    void isWell() throws Exception {
        Findings.assertOk(judge(""), "0.1.0, idle");
    }

    @Test
    void needsAPerson() throws Exception {
        Findings.assertFound(
                judge(", \"needs_attention\": \"rolling back failed\""),
                Result.FAILED,
                "it needs a person: rolling back failed",
                "nixfleet-agent retry");
    }

    @Test
    void tellsWhatItRefuses() throws Exception {
        Findings.assertFound(
                judge(", \"refused\": [{\"hash\": \"/nix/store/x\"}]"),
                Result.WARNING,
                "it refuses what was rolled back: /nix/store/x",
                "nixfleet-agent retry");
    }

    @Test
    void tellsOfPollsAndHealthThatFail() throws Exception {
        Findings.assertFound(
                judge(
                        ", \"last_poll_failure\": \"refused\", \"health\": {\"results\":"
                                + " [{\"status\": \"fail\"}, {\"status\": \"pass\"}]}"),
                Result.WARNING,
                "its last poll failed: refused; health checks that fail: 1",
                "nixfleet-agent status");
    }

    @Test
    void answersWhereItsUnitIsActive(@TempDir Path directory) throws Exception {
        Path socket = directory.resolve("control.sock");
        Shared<UnitStanding> active =
                Shared.of(
                        () ->
                                new UnitStanding.Shown(
                                        Map.of("LoadState", "loaded", "ActiveState", "active")));
        Shared<UnitStanding> unknown = Shared.of(() -> new UnitStanding.Unknown("no systemd"));

        Findings.assertFound(
                new AgentCheck(socket, Duration.ofSeconds(10), active).look(),
                Result.FAILED,
                "no answer from the agent at " + socket,
                "systemctl restart nixfleet-agent");
        assertThat(new AgentCheck(socket, Duration.ofSeconds(10), unknown).look().result())
                .isEqualTo(Result.NOT_CHECKED);
    }
}

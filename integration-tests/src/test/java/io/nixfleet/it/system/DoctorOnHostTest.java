package io.nixfleet.it.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.it.host.HostAgent;
import io.nixfleet.it.host.SystemHost;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.system.Stage.Role;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code nixfleet-agent doctor} alone, beside the unit that the NixOS module makes. */
@OnStage
@Timeout(180)
class DoctorOnHostTest {
    private static final String PROGRAM = SystemHost.AGENT + "/bin/nixfleet-agent";

    private record Diagnosis(int exitCode, Map<String, JsonNode> checks) {
        String result(String name) {
            return check(name).path("result").asText();
        }

        private JsonNode check(String name) {
            return Objects.requireNonNull(checks.get(name), name);
        }

        /** What was seen, and is wrong. */
        String of(String name) {
            JsonNode check = check(name);
            return check.path("seen").asText() + " | " + check.path("problem").asText();
        }
    }

    private static Diagnosis diagnose(Scene scene) throws IOException {
        Commands.Outcome outcome = scene.host().tryRun(PROGRAM, "doctor", "--json");
        Map<String, JsonNode> checks = new HashMap<>();
        new ObjectMapper()
                .readTree(outcome.stdout())
                .path("checks")
                .forEach(check -> checks.put(check.path("name").asText(), check));
        assertThat(checks).as(outcome.output()).isNotEmpty();
        return new Diagnosis(outcome.exitCode(), checks);
    }

    @Test
    void looksAtWhatTheUnitSays(Scene scene) throws Exception {
        HostAgent agent =
                scene.startAgentOn(
                        Role.A,
                        Map.of(
                                "cacheUrl",
                                scene.stage().cache().toString(),
                                "tags",
                                List.of("two words", "$HOME %i")));

        Diagnosis diagnosis = diagnose(scene);

        assertThat(diagnosis.checks().values())
                .noneMatch(check -> check.path("result").asText().equals("failed"));
        assertThat(diagnosis.exitCode()).isZero();
        assertThat(diagnosis.of("configuration"))
                .startsWith(
                        "nixfleet-agent.service: machine %s of %s"
                                .formatted(scene.host().name(), scene.controlPlane().uri()));
        assertThat(diagnosis.of("unit")).startsWith("enabled, active (running)");
        assertThat(diagnosis.of("agent")).contains(", idle");
        assertThat(diagnosis.of("systemd-run")).startsWith("systemd is ");
        assertThat(diagnosis.of("signature of " + scene.stage().cache()))
                .startsWith(scene.system(Role.A).baseName() + " is signed by stage-1");
        assertThat(diagnosis.of("system profile")).contains(scene.system(Role.A).baseName());
        assertThat(diagnosis.result("certificate")).isEqualTo("warning");
        assertThat(agent.isActive()).isTrue();
    }

    @Test
    void findsWhyAnAgentDoesNotStart(Scene scene) throws Exception {
        scene.installAgent(Map.of("extraFlags", List.of("--no-such-option=s3cret")));
        assertThat(scene.host().tryRun("systemctl", "start", HostAgent.UNIT).exitCode())
                .isNotZero();

        Diagnosis diagnosis = diagnose(scene);

        assertThat(diagnosis.exitCode()).isEqualTo(11);
        assertThat(diagnosis.of("unit")).contains("exit code 2: an option");
        assertThat(diagnosis.of("configuration"))
                .contains("has what this agent does not know: --no-such-option")
                .doesNotContain("s3cret");
        assertThat(diagnosis.result("agent")).isEqualTo("not_checked");
    }
}

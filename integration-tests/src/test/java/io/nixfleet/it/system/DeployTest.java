package io.nixfleet.it.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.host.Await;
import io.nixfleet.it.host.HostAgent;
import io.nixfleet.it.system.Stage.Role;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Deployments that succeed. */
@OnStage
class DeployTest {
    @Test
    void bringsANewHostToItsSystem(Scene scene) {
        HostAgent agent = scene.startAgent();

        scene.desire(Role.A);

        scene.assertRuns(agent, Role.A);
        assertThat(scene.host().profileGeneration()).contains("system-1-link");
        assertThat(messages(scene)).containsSubsequence("applying", "deployed");
    }

    @Test
    void bringsAHostFromOneSystemToTheNext(Scene scene) {
        HostAgent agent = scene.startAgentOn(Role.A);

        scene.desire(Role.B);

        scene.assertRuns(agent, Role.B);
        assertThat(scene.host().profileGeneration()).contains("system-2-link");
        assertThat(scene.host().get("http://127.0.0.1:8080/")).contains("b\n");
    }

    @Test
    void survivesASwitchThatRestartsItsOwnUnit(Scene scene) {
        HostAgent agent = scene.startAgentOn(Role.A);
        String before = agent.mainPid();

        scene.desire(Role.RESTARTS_AGENT);

        scene.assertRuns(agent, Role.RESTARTS_AGENT);
        assertThat(agent.mainPid()).isNotEqualTo(before);
        assertSwitchedOnce(scene, Role.RESTARTS_AGENT);
    }

    @Test
    void toleratesFailedUnitsWhereConfigured(Scene scene) {
        HostAgent agent = scene.startAgentOn(Role.A, Map.of("tolerateFailedUnits", true));

        scene.desire(Role.FAILING_UNIT);

        scene.controlPlane()
                .awaitReport(
                        "deployed in spite of a failed unit",
                        0,
                        report ->
                                report.path("message").asText().startsWith("deployed")
                                        && report.path("current_generation")
                                                .asText()
                                                .equals(
                                                        scene.system(Role.FAILING_UNIT)
                                                                .toString()));
        agent.awaitPhase("idle");
        assertThat(scene.host().currentSystem()).contains(scene.system(Role.FAILING_UNIT));
        assertThat(scene.host().profileSystem()).contains(scene.system(Role.FAILING_UNIT));
    }

    @Test
    void waitsForASwitchByHand(Scene scene) {
        HostAgent agent = scene.startAgentOn(Role.A);
        scene.host().holdSwitchLock();

        scene.desire(Role.B);
        agent.awaitPhase("applying");
        scene.controlPlane().awaitNextPoll(Await.LIMIT);
        assertThat(scene.host().switches())
                .noneMatch(line -> line.contains(scene.system(Role.B).toString()));
        scene.host().freeSwitchLock();

        scene.assertRuns(agent, Role.B);
        assertSwitchedOnce(scene, Role.B);
    }

    @Test
    void keepsWhatItFetchedFromGarbageCollection(Scene scene) {
        HostAgent agent = scene.startAgentOn(Role.A);
        scene.host().holdSwitchLock();
        scene.desire(Role.B);
        agent.awaitPhase("applying");

        scene.host().collectGarbage();

        assertThat(scene.host().isValid(scene.system(Role.B))).isTrue();
        scene.host().freeSwitchLock();
        scene.assertRuns(agent, Role.B);
    }

    static void assertSwitchedOnce(Scene scene, Role role) {
        assertThat(scene.host().switches())
                .filteredOn(line -> line.contains(scene.system(role).toString()))
                .containsExactly(
                        "begin switch " + scene.system(role),
                        "end switch " + scene.system(role) + " 0");
    }

    private static List<String> messages(Scene scene) {
        return scene.controlPlane().reports().stream()
                .map(report -> report.path("message").asText())
                .toList();
    }
}

package io.nixfleet.it.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.host.Await;
import io.nixfleet.it.host.HostAgent;
import io.nixfleet.it.system.Stage.Role;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Deployments that are undone or refused. */
@OnStage
class RollbackTest {
    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"UNHEALTHY", "FAILING_UNIT", "REFUSING"})
    void returnsToExactlyTheFormerGeneration(Role bad, Scene scene) throws Exception {
        HostAgent agent = scene.startAgentOn(Role.A);
        scene.desire(Role.B);
        scene.assertRuns(agent, Role.B);
        // Else a poll in between brings B back.
        try (var _ = scene.controlPlane().holdPolls()) {
            scene.controlPlane().awaitNextPoll(Await.LIMIT);
            // The generation before is then not the one before the last of the list.
            switchByHand(scene, Role.A, 1);
            scene.desire(bad);
        }

        scene.assertRolledBackTo(agent, Role.A, Optional.of("system-1-link"));
    }

    @Test
    void returnsToWhatRanWhenTheSwitchBegan(Scene scene) {
        scene.host().makeHoldable("nix-store");
        HostAgent agent = scene.startAgentOn(Role.A);
        scene.desire(Role.B);
        scene.assertRuns(agent, Role.B);
        scene.host().holdCommand("nix-store --check-validity *");
        scene.desire(Role.UNHEALTHY);
        scene.host().awaitCommand();

        switchByHand(scene, Role.A, 1);
        scene.host().letGoOn();

        scene.assertRolledBackTo(agent, Role.A, Optional.of("system-1-link"));
    }

    @Test
    void undoesASwitchThatCutsTheHostOff(Scene scene) {
        HostAgent agent = scene.startAgentOn(Role.A, Map.of("confirmTimeout", 5));

        scene.desire(Role.CUT_OFF);

        scene.assertRolledBackTo(agent, Role.A, Optional.of("system-1-link"));
        assertThat(scene.host().switches())
                .contains("end switch " + scene.system(Role.CUT_OFF) + " 0");
    }

    @Test
    void undoesASwitchThatCutsTheHostOffWhileTheAgentIsDead(Scene scene) {
        HostAgent agent = scene.startAgentOn(Role.A, Map.of("confirmTimeout", 5));
        scene.host().holdSwitchAt("units");
        scene.desire(Role.CUT_OFF);
        scene.host().awaitSwitchAt("units");

        // Masked, so that nothing brings it back before the timer has done its work.
        scene.host().run("systemctl", "mask", "--runtime", "--now", HostAgent.UNIT);
        scene.host().letSwitchGoOn("units");

        Await.until(
                "the former system runs",
                Await.LIMIT,
                () -> scene.host().currentSystem().equals(Optional.of(scene.system(Role.A))));
        scene.host().run("systemctl", "unmask", "--runtime", HostAgent.UNIT);
        agent.start();
        scene.assertRolledBackTo(agent, Role.A, Optional.of("system-1-link"));
    }

    @Test
    void refusesARolledBackSystemUntilToldOtherwise(Scene scene) {
        HostAgent agent = scene.startAgentOn(Role.A);
        scene.desire(Role.UNHEALTHY);
        scene.assertRolledBackTo(agent, Role.A, Optional.of("system-1-link"));
        long switches = switchesTo(scene, Role.UNHEALTHY);

        scene.controlPlane().awaitNextPoll(Await.LIMIT);
        scene.controlPlane().awaitNextPoll(Await.LIMIT);
        agent.kill();
        scene.controlPlane().awaitNextPoll(Await.LIMIT);
        scene.controlPlane().awaitNextPoll(Await.LIMIT);

        assertThat(switchesTo(scene, Role.UNHEALTHY)).isEqualTo(switches);
        assertThat(scene.controlPlane().reports().getLast().path("success").asBoolean()).isFalse();
        assertThat(agent.metric("nixfleet_agent_refused_systems")).contains(1.0);
        assertThat(agent.metric("nixfleet_agent_needs_attention")).contains(0.0);

        assertThat(agent.command("retry").exitCode()).isZero();
        Await.until(
                "the system is tried again",
                Await.LIMIT,
                () -> switchesTo(scene, Role.UNHEALTHY) > switches);
    }

    @Test
    void forgetsARefusalWhenAnotherSystemWasDeployed(Scene scene) {
        HostAgent agent = scene.startAgentOn(Role.A);
        scene.desire(Role.UNHEALTHY);
        scene.assertRolledBackTo(agent, Role.A, Optional.of("system-1-link"));

        scene.desire(Role.B);
        scene.assertRuns(agent, Role.B);
        Optional<String> generation = scene.host().profileGeneration();
        long switches = switchesTo(scene, Role.UNHEALTHY);
        scene.desire(Role.UNHEALTHY);

        Await.until(
                "the system is tried again",
                Await.LIMIT,
                () -> switchesTo(scene, Role.UNHEALTHY) > switches);
        scene.assertRolledBackTo(agent, Role.B, generation);
    }

    @Test
    void refusesWhatIsNotNixos(Scene scene) {
        HostAgent agent = scene.startAgentOn(Role.A);

        scene.desire(Role.NOT_NIXOS);

        scene.controlPlane()
                .awaitReport(
                        "no NixOS",
                        0,
                        report ->
                                !report.path("success").asBoolean()
                                        && report.path("message")
                                                .asText()
                                                .contains("switch-to-configuration"));
        scene.assertAgree(agent, Role.A);
    }

    private static void switchByHand(Scene scene, Role role, int generation) {
        scene.host()
                .run(
                        "nix-env",
                        "--profile",
                        "/nix/var/nix/profiles/system",
                        "--switch-generation",
                        String.valueOf(generation));
        scene.host().run(scene.system(role) + "/bin/switch-to-configuration", "switch");
    }

    private static long switchesTo(Scene scene, Role role) {
        return scene.host().switches().stream()
                .filter(line -> line.equals("begin switch " + scene.system(role)))
                .count();
    }
}

package io.nixfleet.it.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.system.Stage.Role;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Agents and hosts that end in the middle of a deployment. */
@OnStage
class InterruptedDeployTest {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    /** How a deployment ends early. */
    enum End {
        KILL {
            @Override
            void happen(Scene scene, HostAgent agent) {
                agent.kill();
            }
        },
        STOP {
            @Override
            void happen(Scene scene, HostAgent agent) {
                long start = System.nanoTime();
                agent.stop();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(STOP_LIMIT);
                assertThat(scene.host().property(HostAgent.UNIT, "Result")).isEqualTo("success");
                agent.start();
            }
        },
        REBOOT {
            @Override
            void happen(Scene scene, HostAgent agent) {
                scene.host().reboot();
            }
        },
        POWER_LOSS {
            @Override
            void happen(Scene scene, HostAgent agent) {
                scene.host().losePower();
            }
        };

        abstract void happen(Scene scene, HostAgent agent);
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void goesOnAfterAnEndWhilePolling(End end, Scene scene) throws Exception {
        HostAgent agent = scene.startAgentOn(Role.A);
        try (var _ = scene.controlPlane().holdPolls()) {
            scene.desire(Role.B);
            scene.controlPlane().awaitNextPoll(Await.LIMIT);
            end.happen(scene, agent);
        }

        scene.assertRuns(agent, Role.B);
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void goesOnAfterAnEndWhileFetching(End end, Scene scene) {
        HostAgent agent = scene.startAgentOn(Role.A);
        scene.desireSlowly(Role.LARGE);
        agent.awaitPhase("fetching");

        end.happen(scene, agent);

        scene.assertRuns(agent, Role.LARGE);
        assertThat(scene.host().profileGeneration()).contains("system-2-link");
    }

    @ParameterizedTest
    @EnumSource(
            value = End.class,
            names = {"KILL", "STOP"})
    void leavesASwitchUnderWayAlone(End end, Scene scene) {
        HostAgent agent = scene.startAgentOn(Role.A);
        scene.host().holdSwitchAt("activated");
        scene.desire(Role.B);
        agent.awaitPhase("applying");
        scene.host().awaitSwitchAt("activated");

        end.happen(scene, agent);
        scene.host().letSwitchGoOn("activated");

        scene.assertRuns(agent, Role.B);
        DeployTest.assertSwitchedOnce(scene, Role.B);
    }

    @ParameterizedTest
    @EnumSource(
            value = End.class,
            names = {"REBOOT", "POWER_LOSS"})
    void endsInOneSystemOrTheOtherAfterABootWhileApplying(End end, Scene scene) {
        HostAgent agent = scene.startAgentOn(Role.A);
        scene.host().holdSwitchAt("activated");
        scene.desire(Role.B);
        scene.host().awaitSwitchAt("activated");

        end.happen(scene, agent);

        // The boot loader had the new system already; the deployment is wanted, and so completed.
        scene.assertRuns(agent, Role.B);
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void judgesTheSystemAfterAnEndWhileVerifying(End end, Scene scene) {
        HostAgent agent = scene.startAgentOn(Role.A, "--verify-timeout", "30");
        scene.desire(Role.UNHEALTHY);
        agent.awaitPhase("verifying");

        end.happen(scene, agent);

        scene.assertRolledBackTo(agent, Role.A, Optional.of("system-1-link"));
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void completesARollbackAfterAnEndInIt(End end, Scene scene) {
        HostAgent agent = scene.startAgentOn(Role.A);
        scene.desire(Role.REFUSING);
        // The switch of the bad system ends before it gets there: only the rollback does.
        scene.host().holdSwitchAt("begin");
        agent.awaitPhase("rolling_back");
        scene.host().awaitSwitchAt("begin");

        end.happen(scene, agent);
        scene.host().letSwitchGoOn("begin");

        scene.assertRolledBackTo(agent, Role.A, Optional.of("system-1-link"));
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void reportsAfterAnEndWhileReporting(End end, Scene scene) throws Exception {
        HostAgent agent = scene.startAgentOn(Role.A);
        int before;
        try (var _ = scene.controlPlane().holdReports()) {
            before = scene.controlPlane().reports().size();
            scene.desire(Role.B);
            scene.controlPlane().awaitReport("any of the deployment", before, _ -> true);
            Await.until(
                    "the new system runs",
                    Await.LIMIT,
                    () -> scene.host().currentSystem().equals(Optional.of(scene.system(Role.B))));
            end.happen(scene, agent);
        }

        scene.assertRuns(agent, Role.B);
    }

    @Test
    void stopsWithinItsLimitWhenIdle(Scene scene) {
        HostAgent agent = scene.startAgentOn(Role.A);

        End.STOP.happen(scene, agent);

        scene.controlPlane().awaitNextPoll(Await.LIMIT);
        scene.assertAgree(agent, Role.A);
    }
}

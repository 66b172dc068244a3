package io.nixfleet.it.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.it.host.Await;
import io.nixfleet.it.host.HostAgent;
import io.nixfleet.it.system.Stage.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Agents and hosts that end in the middle of a deployment: each is held at a point, ended there,
 * and let go on. All tests share one host, which goes from one sound system to the other.
 */
@OnStage
class InterruptedDeployTest {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private static final String SET_PROFILE = "nix-env *--set *";
    private static final String RESTORE_PROFILE = "nix-env *--switch-generation *";
    private static final String START_SWITCH = "systemd-run *nixfleet-switch-*";

    /** The first command of the phase "reporting", where nothing is rolled back. */
    private static final String CLEAN_UP = "systemctl stop nixfleet-switch-*";

    /** A check that passes once it is let go on. */
    private static final String HEALTH_CHECKS =
            """
            {"systemd": [{"units": ["web.service"]}],
             "http": [{"url": "http://127.0.0.1:8080/", "timeout": 2}],
             "command": [{"name": "held", "timeout": 60, "command":
               "mkdir -p /run/nixfleet-test && cd /run/nixfleet-test && if [ -e hold-health ]; then : >reached-health; while [ -e hold-health ]; do sleep 0.1; done; fi"}]}
            """;

    /** How a deployment ends early; the agent runs again afterwards. */
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

        boolean takesTheHostDown() {
            return switch (this) {
                case KILL, STOP -> false;
                case REBOOT, POWER_LOSS -> true;
            };
        }
    }

    /**
     * What a test began with.
     *
     * @param next a sound system that the host does not run
     * @param reports how many there were
     * @param switches how many lines of them there were
     */
    private record Course(
            Role former, Role next, Optional<String> generation, int reports, int switches) {}

    private static Optional<HostAgent> shared = Optional.empty();

    private HostAgent agent;
    private Course course;

    @BeforeAll
    static void startAgent(Scene scene) {
        scene.host().makeHoldable("nix-env", "systemd-run", "systemctl");
        HostAgent agent = scene.startAgentOn(Role.A, Map.of("confirmTimeout", 30));
        scene.host().write("/etc/nixfleet/health-checks.json", HEALTH_CHECKS);
        shared = Optional.of(agent);
    }

    @BeforeEach
    void begin(Scene scene) {
        agent = shared.orElseThrow();
        scene.host().letGoOn();
        agent.awaitPhase("idle");
        Role former = soundRole(scene);
        scene.desire(former);
        // What was refused may come again once something else was wanted.
        Await.until(
                "the agent is at rest with " + former,
                Await.LIMIT,
                () ->
                        agent.status().filter(status -> isAtRest(scene, former, status)).isPresent()
                                && scene.host()
                                        .currentSystem()
                                        .equals(Optional.of(scene.system(former))));
        course =
                new Course(
                        former,
                        former == Role.A ? Role.B : Role.A,
                        scene.host().profileGeneration(),
                        scene.controlPlane().reports().size(),
                        scene.host().switches().size());
    }

    /** Which of the two it has, or is to have at first. */
    private static Role soundRole(Scene scene) {
        return scene.host().currentSystem().equals(Optional.of(scene.system(Role.B)))
                ? Role.B
                : Role.A;
    }

    private static boolean isAtRest(Scene scene, Role role, JsonNode status) {
        return status.path("phase").asText().equals("idle")
                && status.path("desired").asText().equals(scene.system(role).toString())
                && status.path("refused").isEmpty();
    }

    @Test
    void deploysAfterAnEndWhilePolling(Scene scene) throws Exception {
        try (var _ = scene.controlPlane().holdPolls()) {
            scene.desire(course.next());
            scene.controlPlane().awaitNextPoll(Await.LIMIT);
            End.KILL.happen(scene, agent);
        }

        assertDeployed(scene, course.next());
    }

    @ParameterizedTest
    @EnumSource(
            value = End.class,
            names = {"KILL", "STOP", "REBOOT"})
    void deploysAfterAnEndWhileFetching(End end, Scene scene) {
        forgetAllButTheFormerSystem(scene);
        scene.desireSlowly(Role.LARGE);
        agent.awaitPhase("fetching");

        end.happen(scene, agent);

        assertDeployed(scene, Role.LARGE);
    }

    @Test
    void deploysAfterAnEndBeforeTheProfileIsSet(Scene scene) {
        holdAtCommand(scene, SET_PROFILE, course.next());

        End.KILL.happen(scene, agent);
        scene.host().letGoOn();

        assertDeployed(scene, course.next());
        assertSwitchedOnce(scene, course.next());
    }

    @ParameterizedTest
    @EnumSource(
            value = End.class,
            names = {"KILL", "STOP"})
    void deploysAfterAnEndBeforeTheSwitch(End end, Scene scene) {
        holdAtCommand(scene, START_SWITCH, course.next());
        assertThat(scene.host().profileSystem()).contains(scene.system(course.next()));

        end.happen(scene, agent);
        scene.host().letGoOn();

        assertDeployed(scene, course.next());
        assertSwitchedOnce(scene, course.next());
    }

    @Test
    void undoesWhatTheBootLoaderDidNotHaveYet(Scene scene) {
        holdAtCommand(scene, START_SWITCH, course.next());

        End.POWER_LOSS.happen(scene, agent);

        JsonNode report = assertRolledBack(scene);
        assertThat(report.path("message").asText())
                .isEqualTo(
                        "rolled back: the host was restarted during the switch, and runs "
                                + scene.system(course.former()));
    }

    @ParameterizedTest
    @EnumSource(
            value = End.class,
            names = {"KILL", "STOP"})
    void leavesASwitchUnderWayAlone(End end, Scene scene) {
        scene.host().holdSwitchAt("activated");
        scene.desire(course.next());
        scene.host().awaitSwitchAt("activated");

        end.happen(scene, agent);
        agent.awaitPhase("applying");
        scene.host().letGoOn();

        assertDeployed(scene, course.next());
        assertSwitchedOnce(scene, course.next());
    }

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"B", "FAILING_UNIT"})
    void judgesASwitchThatEndedWhileItWasDead(Role role, Scene scene) {
        boolean sound = role == Role.B;
        Role next = sound ? course.next() : role;
        scene.host().holdSwitchAt("activated");
        scene.desire(next);
        scene.host().awaitSwitchAt("activated");

        agent.killForGood();
        scene.host().letGoOn();
        Await.until(
                "the switch ended",
                Await.LIMIT,
                () ->
                        switches(scene)
                                .contains(
                                        "end switch %s %d"
                                                .formatted(scene.system(next), sound ? 0 : 4)));
        agent.revive();

        if (sound) {
            assertDeployed(scene, next);
        } else {
            assertThat(assertRolledBack(scene).path("message").asText()).contains("exit code 4");
        }
        assertSwitchedOnce(scene, next);
    }

    @Test
    void completesASwitchThatTheBootLoaderHadWhenTheHostWentDown(Scene scene) {
        scene.host().holdSwitchAt("activated");
        scene.desire(course.next());
        scene.host().awaitSwitchAt("activated");

        End.POWER_LOSS.happen(scene, agent);

        assertDeployed(scene, course.next());
    }

    @Test
    void doesNotTakeAShutdownForAFailure(Scene scene) {
        // It ends before the agent does, and gives the agent time to see the switch end early.
        scene.host()
                .run(
                        "systemd-run",
                        "--quiet",
                        "--unit=slow-to-stop",
                        "--property=After=" + HostAgent.UNIT,
                        "--property=ExecStop=/bin/sleep 4",
                        "/bin/sleep",
                        "infinity");
        scene.host().holdSwitchAt("activated");
        scene.desire(course.next());
        scene.host().awaitSwitchAt("activated");

        scene.host().reboot();

        assertDeployed(scene, course.next());
    }

    @ParameterizedTest
    @EnumSource(
            value = End.class,
            names = {"KILL", "STOP", "REBOOT"})
    void deploysAfterAnEndWhileVerifying(End end, Scene scene) {
        holdAtHealth(scene, course.next());

        end.happen(scene, agent);
        if (!end.takesTheHostDown()) {
            agent.awaitPhase("verifying");
        }
        scene.host().letGoOn();

        assertDeployed(scene, course.next());
        assertSwitchedOnce(scene, course.next());
    }

    @Test
    void rollsBackAfterAnEndWhileVerifying(Scene scene) {
        holdAtHealth(scene, Role.UNHEALTHY);

        End.KILL.happen(scene, agent);
        scene.host().letGoOn();

        assertThat(assertRolledBack(scene).path("message").asText())
                .contains("health checks failed");
    }

    @ParameterizedTest
    @EnumSource(
            value = End.class,
            names = {"KILL", "POWER_LOSS"})
    void rollsBackAfterAnEndBeforeTheProfileIsRestored(End end, Scene scene) {
        holdAtCommand(scene, RESTORE_PROFILE, Role.FAILING_UNIT);

        end.happen(scene, agent);
        scene.host().letGoOn();

        assertThat(assertRolledBack(scene).path("message").asText()).contains("exit code 4");
    }

    @ParameterizedTest
    @EnumSource(
            value = End.class,
            names = {"KILL", "STOP", "REBOOT"})
    void rollsBackAfterAnEndWhileTheFormerSystemIsActivated(End end, Scene scene) {
        // The switch of the bad system ends before it gets there: only the way back does.
        scene.host().holdSwitchAt("begin");
        scene.desire(Role.REFUSING);
        scene.host().awaitSwitchAt("begin");

        end.happen(scene, agent);
        if (!end.takesTheHostDown()) {
            agent.awaitPhase("rolling_back");
        }
        scene.host().letGoOn();

        assertThat(assertRolledBack(scene).path("message").asText()).contains("exit code 1");
        if (!end.takesTheHostDown()) {
            assertSwitchedOnce(scene, course.former());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = End.class,
            names = {"KILL", "STOP"})
    void reportsAfterAnEndWhileReporting(End end, Scene scene) {
        holdAtCommand(scene, CLEAN_UP, course.next());
        assertThat(agent.phase()).isEqualTo("reporting");

        end.happen(scene, agent);
        scene.host().letGoOn();

        assertDeployed(scene, course.next());
    }

    @Test
    void sendsWhatWasUnsentWhenItWasKilled(Scene scene) throws Exception {
        try (var _ = scene.controlPlane().holdReports()) {
            scene.desire(course.next());
            scene.controlPlane().awaitReport("any of the deployment", course.reports(), _ -> true);
            Await.until(
                    "the new system runs and nothing is under way",
                    Await.LIMIT,
                    () ->
                            scene.host()
                                            .currentSystem()
                                            .equals(Optional.of(scene.system(course.next())))
                                    && agent.phase().equals("idle"));
            agent.kill();
        }

        // In order: the first of the agent that came back is the last.
        awaitReport(scene, course.next(), "started"::equals);
        assertThat(reports(scene))
                .extracting(report -> report.path("message").asText())
                .containsSubsequence("applying", "deployed", "started");
        scene.assertAgree(agent, course.next());
    }

    @Test
    void stopsWithinItsLimitWhenIdle(Scene scene) {
        End.STOP.happen(scene, agent);

        scene.controlPlane().awaitNextPoll(Await.LIMIT);
        scene.assertAgree(agent, course.former());
    }

    /** Lets the agent go on until it is about to run a command. */
    private static void holdAtCommand(Scene scene, String pattern, Role role) {
        scene.host().holdCommand(pattern);
        scene.desire(role);
        scene.host().awaitCommand();
    }

    /** Lets the agent go on until it checks the health of what it switched to. */
    private void holdAtHealth(Scene scene, Role role) {
        scene.host().holdSwitchAt("health");
        scene.desire(role);
        scene.host().awaitSwitchAt("health");
        assertThat(agent.phase()).isEqualTo("verifying");
    }

    /** So that a fetch has something to do. */
    private void forgetAllButTheFormerSystem(Scene scene) {
        scene.host()
                .run(
                        "nix-env",
                        "--profile",
                        "/nix/var/nix/profiles/system",
                        "--delete-generations",
                        "old");
        scene.host()
                .run("ln", "-sfn", scene.system(course.former()).toString(), "/run/booted-system");
        scene.host().collectGarbage();
        assertThat(scene.host().isValid(scene.system(Role.LARGE))).isFalse();
    }

    private void assertDeployed(Scene scene, Role role) {
        JsonNode report = awaitReport(scene, role, "deployed"::equals);
        assertThat(report.path("success").asBoolean()).isTrue();
        assertThat(report.at("/health/all_passed").asBoolean()).isTrue();
        scene.assertAgree(agent, role);
        assertThat(scene.host().profileGeneration()).isNotEqualTo(course.generation());
        List<JsonNode> reports = reports(scene);
        assertThat(reports).allMatch(each -> each.path("success").asBoolean());
        assertThat(reports)
                .filteredOn(each -> each.path("message").asText().equals("deployed"))
                .hasSize(1);
        assertThat(reports.getLast().path("current_generation"))
                .isEqualTo(report.path("current_generation"));
        assertCounted("deployed");
        assertNothingLeft(scene);
    }

    private JsonNode assertRolledBack(Scene scene) {
        JsonNode report = awaitReport(scene, course.former(), is -> is.startsWith("rolled back: "));
        assertThat(report.path("success").asBoolean()).isFalse();
        scene.assertAgree(agent, course.former());
        assertThat(scene.host().profileGeneration()).isEqualTo(course.generation());
        assertThat(reports(scene))
                .allMatch(
                        each ->
                                each.equals(report)
                                        || (each.path("success").asBoolean()
                                                && List.of("applying", "started")
                                                        .contains(each.path("message").asText())));
        assertThat(reports(scene).getLast()).isEqualTo(report);
        assertCounted("rolled_back");
        assertNothingLeft(scene);
        return report;
    }

    /** Of this test, of a system. */
    private JsonNode awaitReport(Scene scene, Role role, Predicate<String> message) {
        String system = scene.system(role).toString();
        return scene.controlPlane()
                .awaitReport(
                        "of the end, with " + role,
                        course.reports(),
                        report ->
                                report.path("current_generation").asText().equals(system)
                                        && message.test(report.path("message").asText()));
    }

    private List<JsonNode> reports(Scene scene) {
        List<JsonNode> all = scene.controlPlane().reports();
        return all.subList(course.reports(), all.size());
    }

    /** One end of that kind and none of another, by the agent that came back. */
    private void assertCounted(String outcome) {
        for (String each :
                List.of("deployed", "failed", "superseded", "rolled_back", "rollback_failed")) {
            assertThat(
                            agent.metric(
                                    "nixfleet_agent_deployments_total{outcome=\"%s\"}"
                                            .formatted(each)))
                    .as(each)
                    .contains(each.equals(outcome) ? 1.0 : 0.0);
        }
    }

    /** No unit, no timer, no script, no root. */
    private static void assertNothingLeft(Scene scene) {
        assertThat(
                        scene.host()
                                .run(
                                        "systemctl",
                                        "list-units",
                                        "--all",
                                        "--plain",
                                        "--no-legend",
                                        "nixfleet-switch-*",
                                        "nixfleet-undo-*"))
                .isBlank();
        assertThat(scene.host().shell("ls /var/lib/nixfleet /var/lib/nixfleet/roots"))
                .doesNotContain("undo")
                .endsWith("roots:\n");
    }

    private List<String> switches(Scene scene) {
        return scene.host().switches().stream().skip(course.switches()).toList();
    }

    private void assertSwitchedOnce(Scene scene, Role role) {
        assertThat(switches(scene))
                .filteredOn(line -> line.contains(scene.system(role).toString()))
                .hasSize(2)
                .first()
                .isEqualTo("begin switch " + scene.system(role));
    }
}

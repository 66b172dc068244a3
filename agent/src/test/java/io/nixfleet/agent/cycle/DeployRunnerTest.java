package io.nixfleet.agent.cycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.activation.ActivationLimits;
import io.nixfleet.agent.activation.FakeHost;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.DeployRequest.Source;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.deploy.SystemState.Generation;
import io.nixfleet.agent.health.Verification;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.Report;
import io.nixfleet.testing.controlplane.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(240)
class DeployRunnerTest {
    @TempDir Path dir;
    private CycleRig rig;

    @BeforeEach
    void setUp() throws Exception {
        rig = new CycleRig(dir);
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
    }

    private Outcome deploy(StorePath system, Action action) throws Exception {
        return rig.live().deploying().deploy(CycleRig.request(system, action, Source.POLL));
    }

    private Outcome switchTo(StorePath system) throws Exception {
        return deploy(system, Action.SWITCH);
    }

    private void assertUndone() throws Exception {
        assertThat(rig.state()).isEqualTo(rig.oldState);
        assertNothingLeft();
    }

    private void assertNothingLeft() {
        assertThat(rig.host.units()).isEmptyDirectory();
        assertThat(rig.agentDirectory().resolve("roots")).isEmptyDirectory();
        assertThat(rig.agentDirectory()).isDirectoryNotContaining("glob:**undo*");
    }

    @Test
    void makesASystemRunAndTellsItsHealth() throws Exception {
        StorePath fresh = rig.system("new", "");
        CycleLife life = rig.live().deploying();

        assertThat(life.deploy(CycleRig.request(fresh, Source.POLL)))
                .isEqualTo(new Outcome.Deployed("deployed"));
        assertThat(rig.state())
                .isEqualTo(
                        new SystemState(Optional.of(fresh), Optional.of(new Generation(2, fresh))));
        assertThat(rig.host.activations()).containsExactly("new switch");
        List<Report> reports = life.takeReports();
        assertThat(reports.stream().map(CycleLife::line))
                .containsExactly("true applying", "true deployed");
        assertThat(reports.getFirst().currentGeneration()).isEqualTo(rig.old.toString());
        assertThat(reports.getFirst().health()).isEmpty();
        assertThat(reports.getLast().currentGeneration()).isEqualTo(fresh.toString());
        assertThat(reports.getLast().health().orElseThrow().allPassed()).isTrue();
        assertThat(life.state.inFlight()).isEmpty();
        assertThat(life.state.refusals()).isEmpty();
        assertNothingLeft();
    }

    @Test
    void setsTheProfileAloneForTheNextBoot() throws Exception {
        StorePath fresh = rig.system("new", "");
        CycleLife life = rig.live().deploying();

        assertThat(life.deploy(CycleRig.request(fresh, Action.BOOT, Source.PUSH)))
                .isEqualTo(new Outcome.Deployed("deployed (boot)"));
        assertThat(rig.state())
                .isEqualTo(
                        new SystemState(
                                Optional.of(rig.old), Optional.of(new Generation(2, fresh))));
        assertThat(rig.host.activations()).containsExactly("new boot");
        assertThat(life.takeReports().getLast().health()).isEmpty();
        assertNothingLeft();
    }

    @Test
    void leavesTheProfileAloneForATestAndKeepsTheSystem() throws Exception {
        StorePath fresh = rig.system("new", "");

        assertThat(deploy(fresh, Action.TEST)).isEqualTo(new Outcome.Deployed("deployed"));
        assertThat(rig.state())
                .isEqualTo(new SystemState(Optional.of(fresh), rig.oldState.profile()));
        assertThat(rig.host.activations()).containsExactly("new test");
        assertThat(rig.agentDirectory().resolve("roots/d-nixos-system-new")).isSymbolicLink();
    }

    @Test
    void onlyLooksWhenAskedTo() throws Exception {
        StorePath fresh = rig.system("new", "");
        CycleLife life = rig.live().deploying();

        assertThat(life.deploy(CycleRig.request(fresh, Action.DRY_ACTIVATE, Source.PUSH)))
                .isEqualTo(new Outcome.Deployed("deployed (dry-activate)"));
        assertThat(rig.host.activations()).containsExactly("new dry-activate");
        assertThat(life.takeMessages()).containsExactly("true deployed (dry-activate)");
        assertUndone();
    }

    @Test
    void undoesNothingWhereItOnlyLooked() throws Exception {
        assertThat(deploy(rig.system("new", "exit 1"), Action.DRY_ACTIVATE))
                .isInstanceOf(Outcome.Failed.class);
        assertThat(rig.host.activations()).containsExactly("new dry-activate");
        assertUndone();
    }

    @Test
    void stopsBeforeTheHostIsTouchedOnADryRun() throws Exception {
        rig.dryRun = true;
        CycleLife life = rig.live().deploying();

        assertThat(life.deploy(CycleRig.request(rig.system("new", ""), Source.POLL)))
                .isEqualTo(new Outcome.DryRun("dry-run: would apply"));
        assertThat(life.takeMessages()).containsExactly("true dry-run: would apply");
        assertThat(rig.host.activations()).isEmpty();
        assertUndone();
    }

    @Test
    void doesNothingForWhatRunsAlready() throws Exception {
        CycleLife life = rig.live().deploying();

        assertThat(life.deploy(CycleRig.request(rig.old, Source.PUSH)))
                .isEqualTo(new Outcome.AlreadyRunning("up-to-date"));
        assertThat(life.takeMessages()).containsExactly("true up-to-date");
        assertThat(rig.host.activations()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 100})
    void rollsBackASwitchThatFailed(int code) throws Exception {
        StorePath fresh = rig.system("new", "exit " + code);
        CycleLife life = rig.live().deploying();

        Outcome outcome = life.deploy(CycleRig.request(fresh, Source.POLL));

        String why =
                code == 4
                        ? "some units failed (switch-to-configuration switch ended with exit code"
                                + " 4)"
                        : "switch-to-configuration switch ended with exit code " + code;
        String message = "rolled back: " + why + ": db.service failed";
        assertThat(outcome).isEqualTo(new Outcome.RolledBack(message));
        assertThat(rig.host.activations()).containsExactly("new switch", "old switch");
        assertThat(life.state.refusal(fresh).orElseThrow().reason()).isEqualTo(message);
        assertThat(life.takeMessages()).containsExactly("true applying", "false " + message);
        assertUndone();
    }

    @Test
    void toleratesFailedUnitsWhereThatIsConfigured() throws Exception {
        rig.tolerant = true;

        assertThat(switchTo(rig.system("new", "exit 4")))
                .isEqualTo(new Outcome.Deployed("deployed"));
    }

    @Test
    void rollsBackASwitchThatTakesTooLong() throws Exception {
        rig.limits =
                new ActivationLimits(
                        Duration.ofMillis(300), Duration.ofMinutes(1), Duration.ofSeconds(20));

        assertThat(switchTo(rig.system("new", "exec sleep 30")).message())
                .startsWith("rolled back: took too long and was ended");
        assertUndone();
    }

    @Test
    void rollsBackABootEntryWithoutActivatingAnything() throws Exception {
        assertThat(deploy(rig.system("new", "exit 1"), Action.BOOT))
                .isInstanceOf(Outcome.RolledBack.class);
        assertThat(rig.host.activations()).containsExactly("new boot", "old boot");
        assertUndone();
    }

    @Test
    void rollsBackToBothWhereAnotherSystemRanThanTheProfiles() throws Exception {
        StorePath tried = rig.system("tried", "");
        rig.host.running(tried);
        SystemState before = rig.state();

        assertThat(switchTo(rig.system("new", "exit 1"))).isInstanceOf(Outcome.RolledBack.class);
        assertThat(rig.host.activations()).containsExactly("new switch", "old boot", "tried test");
        assertThat(rig.state()).isEqualTo(before);
    }

    @Test
    void rollsBackWhatIsUnhealthyAtTheDeadline() throws Exception {
        rig.verification =
                new Verification.Plan(
                        Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(5));
        Files.createFile(rig.sickness());
        CycleLife life = rig.live().deploying();

        Outcome outcome = life.deploy(CycleRig.request(rig.system("new", ""), Source.POLL));

        assertThat(outcome.message())
                .isEqualTo("rolled back: health checks failed: web: exit code 1");
        assertThat(life.takeMessages())
                .containsExactly("true applying", "false " + outcome.message());
        assertUndone();
    }

    @Test
    void waitsForAHostToBecomeHealthy() throws Exception {
        rig.verification =
                new Verification.Plan(
                        Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofHours(1));
        Files.createFile(rig.sickness());
        StorePath fresh = rig.system("new", "");
        DeployRequest request = CycleRig.request(fresh, Source.POLL);
        CycleLife life = rig.live().deploying();
        life.queue.offer(request);
        life.awaitPhase(Phase.VERIFYING);
        Await.until(
                "a round fails",
                () -> life.health.latest().filter(report -> !report.allPassed()).isPresent());

        Files.delete(rig.sickness());

        assertThat(life.awaitEnd(request)).isEqualTo(new Outcome.Deployed("deployed"));
        assertThat(life.takeReports().getLast().health().orElseThrow().allPassed()).isTrue();
    }

    @Test
    void rollsBackWhenAnotherSystemRunsAfterASwitchThatEndedWell() throws Exception {
        StorePath fresh = rig.host.system("new", "");

        assertThat(switchTo(fresh).message())
                .isEqualTo("rolled back: the switch ended well, but %s runs".formatted(rig.old));
        assertUndone();
    }

    @Test
    void confirmsThatTheControlPlaneIsReachedAndDisarmsTheTimer() throws Exception {
        rig.confirm = Optional.of(Duration.ofSeconds(60));

        assertThat(switchTo(rig.system("new", ""))).isEqualTo(new Outcome.Deployed("deployed"));
        assertThat(Files.readString(rig.host.root.resolve("systemd-run")))
                .contains("--unit=nixfleet-undo-d-nixos-system-new");
        assertThat(rig.server.requests()).hasSize(1);
        assertNothingLeft();
    }

    @Test
    void rollsBackWhenTheControlPlaneIsNotReached() throws Exception {
        rig.confirm = Optional.of(Duration.ofSeconds(10));
        rig.server.fault(new Fault.Status(503));

        assertThat(switchTo(rig.system("new", "")).message())
                .startsWith(
                        "rolled back: the control plane did not answer within 10 s after the"
                                + " switch: control plane "
                                + rig.server.url());
        assertUndone();
    }

    @Test
    void saysThatTheTimerUndidASwitch() throws Exception {
        rig.confirm = Optional.of(Duration.ofHours(10));
        StorePath fresh =
                rig.system(
                        "new",
                        "while [ ! -e '%s' ]; do sleep 0.02; done".formatted(dir.resolve("go")));
        DeployRequest request = CycleRig.request(fresh, Source.POLL);
        CycleLife life = rig.live().deploying();
        life.queue.offer(request);
        Await.until("the switch runs", () -> rig.host.activations().size() == 1);

        rig.host.letGoOff("nixfleet-undo-" + request.id());
        Await.until(
                "the undo begins",
                () -> Files.exists(rig.agentDirectory().resolve("undo-" + request.id())));
        Files.createFile(dir.resolve("go"));

        assertThat(life.awaitEnd(request).message()).isEqualTo("rolled back: " + Switcher.UNDONE);
        assertThat(rig.host.activations()).containsExactly("new switch", "old switch");
        assertUndone();
    }

    @Test
    void deploysToAHostWithoutASystem() throws Exception {
        Files.delete(rig.host.paths.currentSystem());
        Files.delete(rig.host.paths.systemProfile());
        Files.delete(rig.host.paths.generation(1));
        rig.confirm = Optional.of(Duration.ofSeconds(60));

        assertThat(switchTo(rig.system("new", ""))).isEqualTo(new Outcome.Deployed("deployed"));
    }

    @Test
    void waitsForAnotherSwitchThatHoldsTheLock() throws Exception {
        DeployRequest request = CycleRig.request(rig.system("new", ""), Source.POLL);
        CycleLife life = applyingBehindTheLock(request);
        assertThat(rig.state()).isEqualTo(rig.oldState);

        Files.writeString(rig.host.paths.locks(), "");

        assertThat(life.awaitEnd(request)).isEqualTo(new Outcome.Deployed("deployed"));
    }

    @Test
    void givesUpOnALockThatIsHeldTooLong() throws Exception {
        holdLock();
        CycleLife life = rig.live().deploying();

        assertThat(life.deploy(CycleRig.request(rig.system("new", ""), Source.POLL)))
                .isEqualTo(
                        new Outcome.Failed(
                                "another switch-to-configuration holds %s for more than 10 s"
                                        .formatted(rig.host.paths.switchLock())));
        assertThat(rig.host.activations()).isEmpty();
        assertUndone();
    }

    /** Applying, while another switch holds the lock until it is taken from the list of locks. */
    private CycleLife applyingBehindTheLock(DeployRequest request) throws Exception {
        holdLock();
        rig.limits =
                new ActivationLimits(
                        Duration.ofMinutes(20), Duration.ofHours(5), Duration.ofSeconds(60));
        CycleLife life = rig.live().deploying();
        life.queue.offer(request);
        life.awaitPhase(Phase.APPLYING);
        return life;
    }

    // As the kernel lists it; SwitchLockTest has a real one.
    private void holdLock() throws Exception {
        Files.createFile(rig.host.paths.switchLock());
        long device = (long) Files.getAttribute(rig.host.paths.switchLock(), "unix:dev");
        long inode = (long) Files.getAttribute(rig.host.paths.switchLock(), "unix:ino");
        long major = ((device & 0xfff00L) >>> 8) | ((device & 0xfffff00000000000L) >>> 32);
        long minor = (device & 0xffL) | ((device & 0xffffff00000L) >>> 12);
        Files.writeString(
                rig.host.paths.locks(),
                "1: FLOCK  ADVISORY  WRITE 7 %02x:%02x:%d 0 EOF\n".formatted(major, minor, inode));
    }

    @Test
    void refusesToFillTheBootPartition() throws Exception {
        Files.createDirectory(rig.host.paths.boot());
        rig.bootFloor = Long.MAX_VALUE;
        StorePath fresh = rig.system("new", "");
        CycleLife life = rig.live().deploying();

        assertThat(life.deploy(CycleRig.request(fresh, Source.PUSH)).message())
                .contains(rig.host.paths.boot() + " has ")
                .contains("MB free, and --boot-floor asks for 9223372036854")
                .endsWith("remove old generations");
        assertThat(rig.host.activations()).isEmpty();
        assertThat(rig.state()).isEqualTo(rig.oldState);
        // Before it took the trouble of a fetch.
        assertThat(rig.agentDirectory().resolve("roots")).doesNotExist();
        assertThat(life.takeReports().stream().map(Report::message))
                .noneMatch(message -> message.equals("applying"));
        assertThat(rig.metrics.scrape())
                .contains("nixfleet_agent_refusals_total{reason=\"no_space\"} 1.0");
        var test = new DeployRequest("d-2", fresh, Optional.empty(), Action.TEST, Source.PUSH);
        assertThat(life.deploy(test)).isEqualTo(new Outcome.Deployed("deployed"));
    }

    @Test
    void looksAtTheBootPartitionAgainBeforeTheSwitch() throws Exception {
        rig.bootFloor = Long.MAX_VALUE;
        DeployRequest request = CycleRig.request(rig.system("new", ""), Source.POLL);
        CycleLife life = applyingBehindTheLock(request);

        Files.createDirectory(rig.host.paths.boot());
        Files.writeString(rig.host.paths.locks(), "");

        assertThat(life.awaitEnd(request).message()).contains("--boot-floor asks for");
        assertThat(rig.host.activations()).isEmpty();
        assertUndone();
    }

    @Test
    void refusesWhatIsNoNixosSystem() throws Exception {
        StorePath other = FakeHost.path("darwin");
        Files.createDirectories(rig.host.paths.files(other));
        Files.createFile(rig.host.paths.files(other).resolve("activate"));

        assertThat(deploy(other, Action.SWITCH).message()).contains("as a nix-darwin");
        assertUndone();
    }

    @Test
    void leavesAHostAloneWhoseRollbackFailed() throws Exception {
        rig.system("old", "exit 3");
        StorePath fresh =
                rig.system(
                        "new",
                        "while [ ! -e '%s' ]; do sleep 0.02; done; exit 1"
                                .formatted(dir.resolve("go")));
        DeployRequest request = CycleRig.request(fresh, Source.POLL);
        DeployRequest waiting = CycleRig.request(rig.system("other", ""), Source.POLL);
        CycleLife life = rig.live().deploying();
        life.queue.offer(request);
        life.awaitPhase(Phase.APPLYING);
        life.queue.offer(waiting);
        Files.createFile(dir.resolve("go"));

        Outcome outcome = life.awaitEnd(request);

        assertThat(outcome).isInstanceOf(Outcome.RollbackFailed.class);
        assertThat(outcome.message())
                .startsWith("rollback failed: switch-to-configuration switch of " + rig.old)
                .contains("ended with exit code 3")
                .contains("it was to be undone because: switch-to-configuration switch ended");
        assertThat(life.awaitEnd(waiting))
                .isInstanceOf(Outcome.Failed.class)
                .extracting(Outcome::message)
                .asString()
                .contains("left alone", "nixfleet-agent retry");
        assertThat(rig.host.activations()).containsExactly("new switch", "old switch");
        assertThat(life.takeMessages())
                .startsWith("true applying", "false " + outcome.message())
                .allMatch(line -> line.startsWith("false ") || line.equals("true applying"));
        life.reporter.started();
        assertThat(life.takeMessages()).containsExactly("false " + outcome.message());
        assertThat(new StateStanding(life.state).needsAttention()).isTrue();

        life.state.forgetNote(Reporter.ATTENTION_NOTE);
        var again =
                new DeployRequest(
                        "d-again",
                        waiting.system(),
                        Optional.empty(),
                        Action.SWITCH,
                        Source.OPERATOR);
        assertThat(life.deploy(again)).isEqualTo(new Outcome.Deployed("deployed"));
    }

    @Test
    void doesNotDeployAgainWhatWasRolledBackWhileItWaited() throws Exception {
        StorePath fresh =
                rig.system(
                        "new",
                        "while [ ! -e '%s' ]; do sleep 0.02; done; exit 1"
                                .formatted(dir.resolve("go")));
        var again = new DeployRequest("d-2", fresh, Optional.empty(), Action.SWITCH, Source.PUSH);
        CycleLife life = rig.live().deploying();
        life.queue.offer(CycleRig.request(fresh, Source.POLL));
        life.awaitPhase(Phase.APPLYING);
        life.queue.offer(CycleRig.request(rig.system("other", ""), Source.PUSH));
        life.queue.offer(again);
        Files.createFile(dir.resolve("go"));

        Outcome outcome = life.awaitEnd(again);

        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        assertThat(outcome.message()).startsWith("rolled back: switch-to-configuration");
        assertThat(rig.host.activations()).containsExactly("new switch", "old switch");
        assertUndone();
    }
}

package io.nixfleet.agent.cycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.activation.FakeHost;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.DeployRequest.Source;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.deploy.SystemState.Generation;
import io.nixfleet.agent.time.QuickTicks;
import io.nixfleet.agent.time.Ticks;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.Report;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent that ends in the middle, and the next one, upon the same database and host. */
@Timeout(240)
class KilledAgentTest {
    @TempDir Path dir;
    private CycleRig rig;
    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void setUp() throws Exception {
        rig = new CycleRig(dir);
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
    }

    /** The end of a process, as far as its own code can tell. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;

        Killed() {
            super("killed", null, false, false);
        }
    }

    /**
     * Kills whoever asks for the time the n-th time: the runner does so before and after each
     * phase's work, and before each report and each change of what is remembered.
     */
    private static final class DeadlyTime implements Ticks, InstantSource {
        private final Ticks ticks = new QuickTicks(20);
        private final InstantSource clock;
        private final AtomicInteger left;

        DeadlyTime(InstantSource clock, int left) {
            this.clock = clock;
            this.left = new AtomicInteger(left);
        }

        private void ask() {
            boolean runner =
                    StackWalker.getInstance()
                            .walk(
                                    frames ->
                                            frames.limit(6)
                                                    .map(StackWalker.StackFrame::getClassName)
                                                    .filter(name -> !name.contains("DeadlyTime"))
                                                    .findFirst())
                            .filter(
                                    name ->
                                            name.equals(DeployRunner.class.getName())
                                                    || name.equals(Conclusion.class.getName())
                                                    || name.equals(Reporter.class.getName()))
                            .isPresent();
            if (runner && left.getAndDecrement() == 1) {
                throw new Killed();
            }
        }

        @Override
        public Duration now() {
            ask();
            return ticks.now();
        }

        @Override
        public Instant instant() {
            ask();
            return clock.instant();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            ticks.sleep(duration);
        }
    }

    private DeployRequest healthyRequest() throws Exception {
        return CycleRig.request(rig.system("new", ""), Source.POLL);
    }

    private void diesAtMoment(int moment, DeployRequest request) throws Exception {
        Ticks ticks = rig.ticks;
        var deadly = new DeadlyTime(rig.wallClock, moment);
        rig.ticks = deadly;
        rig.clock = deadly;
        CycleLife life = rig.live().deploying();
        life.queue.offer(request);
        life.awaitDeath();
        assertThat(life.death.get().orElseThrow()).isInstanceOf(Killed.class);
        life.end();
        rig.ticks = ticks;
        rig.clock = rig.wallClock;
    }

    /** The next life, to the end of what the last one began. */
    private CycleLife nextLife(DeployRequest request) throws Exception {
        CycleLife life = rig.live();
        boolean begun = life.state.inFlight().isPresent();
        boolean over = !life.state.history(1).isEmpty();
        life.deploying();
        if (!begun && !over) {
            // It died before it wrote anything: the control plane asks again.
            life.queue.offer(request);
        }
        life.awaitEnd(request);
        for (Report report : life.takeReports()) {
            told.add(CycleLife.line(report));
        }
        return life;
    }

    private void assertDeployed(CycleLife life, DeployRequest request) throws Exception {
        StorePath system = request.system();
        assertThat(life.state.history(10)).hasSize(1);
        assertThat(life.state.history(1).getFirst().outcome())
                .isEqualTo(new Outcome.Deployed("deployed"));
        assertThat(rig.state())
                .isEqualTo(
                        new SystemState(
                                Optional.of(system), Optional.of(new Generation(2, system))));
        assertThat(rig.host.activations()).containsExactly("new switch");
        assertThat(told).filteredOn("true deployed"::equals).hasSize(1);
        assertThat(told).allMatch(line -> line.startsWith("true "));
        assertThat(life.state.refusals()).isEmpty();
        assertNothingLeft(life);
    }

    private void assertRolledBack(CycleLife life, DeployRequest request) throws Exception {
        assertThat(life.state.history(10)).hasSize(1);
        Outcome outcome = life.state.history(1).getFirst().outcome();
        assertThat(outcome).isInstanceOf(Outcome.RolledBack.class);
        assertThat(rig.state()).isEqualTo(rig.oldState);
        assertThat(rig.host.activations().getLast()).isEqualTo("old switch");
        assertThat(told).filteredOn(line -> line.startsWith("false ")).hasSize(1);
        assertThat(told).contains("false " + outcome.message());
        assertThat(told).allMatch(line -> !line.equals("true deployed"));
        assertThat(life.state.refusals())
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.system()).isEqualTo(request.system()));
        life.reporter.started();
        assertThat(life.takeMessages()).containsExactly("false " + outcome.message());
        assertNothingLeft(life);
    }

    private void assertNothingLeft(CycleLife life) {
        assertThat(life.state.inFlight()).isEmpty();
        assertThat(life.state.note(Reporter.ATTENTION_NOTE)).isEmpty();
        assertThat(rig.host.units()).isEmptyDirectory();
        assertThat(rig.agentDirectory().resolve("roots")).isEmptyDirectory();
    }

    /** From the begin of the first phase to the last thing that is written. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void deploysOnceWheneverItDies(int moment) throws Exception {
        DeployRequest request = healthyRequest();

        diesAtMoment(moment, request);

        assertDeployed(nextLife(request), request);
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
    void rollsBackOnceWheneverItDies(int moment) throws Exception {
        Files.createFile(rig.sickness());
        DeployRequest request = healthyRequest();

        diesAtMoment(moment, request);

        assertRolledBack(nextLife(request), request);
    }

    /** The moments above are all that there are. */
    @Test
    void hasNoOtherMoments() throws Exception {
        var deadly = new DeadlyTime(rig.wallClock, 1000);
        rig.ticks = deadly;
        rig.clock = deadly;
        CycleLife life = rig.live().deploying();
        life.deploy(healthyRequest());
        assertThat(1000 - deadly.left.get()).isEqualTo(12);
        Files.createFile(rig.sickness());
        life.deploy(CycleRig.request(rig.system("sick", ""), Source.POLL));
        assertThat(1000 - deadly.left.get() - 12).isEqualTo(15);
    }

    /** What a command of the host did, or was about to do, when the agent ended. */
    @ParameterizedTest
    @CsvSource({
        "nix-env, before",
        "nix-env, after",
        "systemd-run, before",
        "systemd-run, after",
    })
    void deploysOnceWhenItEndsAtACommand(String program, String side) throws Exception {
        rig.confirm = Optional.of(Duration.ofHours(10));
        DeployRequest request = healthyRequest();

        endsAt(program, "", side, request);

        assertDeployed(nextLife(request), request);
    }

    @ParameterizedTest
    @CsvSource({
        "nix-env, --switch-generation, before",
        "nix-env, --switch-generation, after",
        "systemd-run, -rollback.service, before",
        "systemd-run, -rollback.service, after",
    })
    void rollsBackOnceWhenItEndsAtACommand(String program, String argument, String side)
            throws Exception {
        Files.createFile(rig.sickness());
        DeployRequest request = healthyRequest();

        endsAt(program, argument, side, request);

        assertRolledBack(nextLife(request), request);
    }

    /** Ends a life when a command with such an argument is about to work, or has. */
    private void endsAt(String program, String argument, String side, DeployRequest request)
            throws Exception {
        Path real = rig.host.bin.resolve(program + "-real");
        Path file = rig.host.bin.resolve(program);
        Path here = dir.resolve("here");
        Files.move(file, real);
        String hold = "touch '%s'; exec sleep 60".formatted(here);
        FakeHost.program(
                file,
                """
                case "$*" in
                  *%s*) %s ;;
                esac
                exec '%s' "$@"
                """
                        .formatted(
                                argument,
                                side.equals("before")
                                        ? hold
                                        : "'%s' \"$@\"; %s".formatted(real, hold),
                                real));
        CycleLife life = rig.live().deploying();
        life.queue.offer(request);
        Await.until("it comes to " + program, () -> Files.exists(here));
        life.end();
        Files.move(real, file, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void waitsForTheSwitchThatAnEarlierLifeBegan() throws Exception {
        StorePath fresh = rig.system("new", waitFor("go"));
        DeployRequest request = CycleRig.request(fresh, Source.POLL);
        CycleLife first = rig.live().deploying();
        first.queue.offer(request);
        Await.until("the switch runs", () -> !rig.host.activations().isEmpty());
        first.end();

        CycleLife second = rig.live().deploying();
        second.awaitPhase(Phase.APPLYING);
        Files.createFile(dir.resolve("go"));
        second.awaitEnd(request);

        told.addAll(second.takeMessages());
        assertDeployed(second, request);
    }

    @Test
    void waitsForTheRollbackThatAnEarlierLifeBegan() throws Exception {
        rig.system("old", waitFor("go"));
        Files.createFile(rig.sickness());
        DeployRequest request = healthyRequest();
        CycleLife first = rig.live().deploying();
        first.queue.offer(request);
        Await.until("the rollback runs", () -> rig.host.activations().size() == 2);
        first.end();

        Files.createFile(dir.resolve("go"));
        assertRolledBack(nextLife(request), request);
        assertThat(rig.host.activations()).containsExactly("new switch", "old switch");
    }

    private String waitFor(String file) {
        return "while [ ! -e '%s' ]; do sleep 0.02; done".formatted(dir.resolve(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"new", "old"})
    void believesWhatTheHostRunsAfterItWasStartedAnew(String running) throws Exception {
        StorePath fresh = rig.system("new", waitFor("never"));
        DeployRequest request = CycleRig.request(fresh, Source.POLL);
        CycleLife first = rig.live().deploying();
        first.queue.offer(request);
        Await.until("the switch runs", () -> !rig.host.activations().isEmpty());
        first.end();

        // Nothing transient is left, and another start of the host has another id.
        Files.createFile(dir.resolve("never"));
        Await.until(
                "the switch is over",
                () -> {
                    Path active =
                            rig.host
                                    .units()
                                    .resolve("nixfleet-switch-" + request.id() + ".service/active");
                    return Files.readString(active).strip().equals("active");
                });
        deleteUnits();
        rig.host.running(FakeHost.path(running));
        CycleLife second = rig.live();
        second.state.note("applying-since-boot", request.id() + " another/1");
        second.deploying();
        second.awaitEnd(request);
        told.addAll(second.takeMessages());

        if (running.equals("new")) {
            assertDeployed(second, request);
        } else {
            assertThat(second.state.history(1).getFirst().outcome().message())
                    .isEqualTo(
                            "rolled back: the host was restarted during the switch, and runs "
                                    + rig.old);
            assertRolledBack(second, request);
        }
    }

    private void deleteUnits() throws Exception {
        try (var files = Files.walk(rig.host.units())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(rig.host.units())) {
                    Files.delete(file);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Phase.class,
            names = {"CHECKING", "FETCHING"})
    void beginsAgainWhereNothingWasChanged(Phase phase) throws Exception {
        DeployRequest request = healthyRequest();
        diesAtMoment(phase == Phase.CHECKING ? 2 : 4, request);
        assertThat(rig.host.activations()).isEmpty();
        CycleLife life = rig.live();
        assertThat(life.state.inFlight().orElseThrow().phase()).isEqualTo(phase);

        life.deploying();
        life.awaitEnd(request);

        told.addAll(life.takeMessages());
        assertDeployed(life, request);
    }

    /** The control plane would count the host as failed, for what may pass. */
    @Test
    void doesNotTellAFailedFetchForHavingDiedMeanwhile() throws Exception {
        DeployRequest request = healthyRequest();
        rig.store.fail("the daemon is away");
        // Begin, then before and after two phases' work; the sixth is the end's.
        diesAtMoment(6, request);

        CycleLife life = rig.live();
        assertThat(life.state.inFlight().orElseThrow().phase()).isEqualTo(Phase.REPORTING);
        life.deploying();

        assertThat(life.awaitEnd(request)).isInstanceOf(Outcome.Failed.class);
        assertThat(life.takeMessages()).isEmpty();
    }

    @Test
    void doesNotTellAFetchThatFailsBeforeTheFirstPoll() throws Exception {
        DeployRequest request = healthyRequest();
        diesAtMoment(4, request);
        rig.store.fail("the daemon is away");
        CycleLife life = rig.live().deploying();

        assertThat(life.awaitEnd(request)).isInstanceOf(Outcome.Failed.class);
        assertThat(life.takeMessages()).isEmpty();
    }

    @Test
    void tellsTheHealthOfASystemThatAnEarlierLifeVerified() throws Exception {
        DeployRequest request = healthyRequest();
        diesAtMoment(11, request);
        CycleLife life = rig.live();
        assertThat(life.state.inFlight().orElseThrow().phase()).isEqualTo(Phase.REPORTING);
        life.deploying();
        life.awaitEnd(request);

        Report last = life.takeReports().getLast();
        assertThat(last.message()).isEqualTo("deployed");
        assertThat(last.health().orElseThrow().allPassed()).isTrue();
    }
}

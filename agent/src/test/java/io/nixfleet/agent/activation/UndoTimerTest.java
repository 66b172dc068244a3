package io.nixfleet.agent.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.deploy.SystemState.Generation;
import io.nixfleet.agent.time.Ticks;
import io.nixfleet.nix.store.StorePath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(90)
class UndoTimerTest {
    private static final Duration AFTER = Duration.ofSeconds(90);

    @TempDir Path dir;
    private FakeHost fake;
    private Host host;
    private UndoTimer timer;
    private StorePath old;
    private StorePath fresh;

    @BeforeEach
    void setUp() throws Exception {
        fake = new FakeHost(dir);
        host = new Host(fake.paths, fake.commands());
        timer = timer(dir.resolve("state"));
        old = fake.system("old", "");
        fresh = fake.system("new", "");
        Files.createSymbolicLink(fake.paths.locks(), Path.of("/proc/locks"));
    }

    @AfterEach
    void tearDown() throws Exception {
        Files.deleteIfExists(fake.paths.locks());
    }

    @Test
    void isAbsentUntilArmedAndAfterwards() throws Exception {
        assertThat(timer.state()).isEqualTo(new UndoState.Absent());
        timer.arm(oldEverywhere(), AFTER);
        assertThat(timer.state()).isEqualTo(new UndoState.Armed());

        assertThat(timer.disarm()).isEqualTo(new UndoState.Absent());
        assertThat(timer.disarm()).isEqualTo(new UndoState.Absent());
        assertThat(fake.units()).isEmptyDirectory();
        assertThat(dir.resolve("state")).isEmptyDirectory();
        assertThat(Files.readString(fake.root.resolve("systemd-run")))
                .contains("--unit=nixfleet-undo-d1 ")
                .contains("--on-active=90000ms --timer-property=AccuracySec=1s");
    }

    @Test
    void isArmedAnewByAnAgentThatDoesNotKnowThatItDidSo() throws Exception {
        timer.arm(oldEverywhere(), AFTER);
        timer.arm(oldEverywhere(), AFTER);

        assertThat(timer.state()).isEqualTo(new UndoState.Armed());
    }

    @Test
    void returnsToTheFormerGenerationAndSystem() throws Exception {
        SystemState before = oldEverywhere();
        timer.arm(before, AFTER);
        deployFresh();

        goOff();

        assertThat(timer.awaitUndone()).isEqualTo(new UndoState.Undone(""));
        assertThat(host.state().profile()).isEqualTo(before.profile());
        assertThat(fake.activations()).containsExactly("old switch");
        assertThat(timer.disarm()).isEqualTo(new UndoState.Undone(""));
        timer.forget();
        assertThat(timer.state()).isEqualTo(new UndoState.Absent());
        assertThat(fake.units()).isEmptyDirectory();
    }

    @Test
    void returnsToBothWhereAnotherSystemRanThanTheProfiles() throws Exception {
        StorePath tried = fake.system("tried", "");
        Generation profile = fake.generation(4, old);
        timer.arm(new SystemState(Optional.of(tried), Optional.of(profile)), AFTER);
        deployFresh();

        goOff();

        assertThat(timer.awaitUndone()).isEqualTo(new UndoState.Undone(""));
        assertThat(host.state().profile()).contains(profile);
        assertThat(fake.activations()).containsExactly("old boot", "tried test");
    }

    @Test
    void returnsToTheSystemOfAGenerationThatIsGone() throws Exception {
        timer.arm(oldEverywhere(), AFTER);
        deployFresh();
        Files.delete(fake.paths.generation(1));

        goOff();

        assertThat(timer.awaitUndone()).isEqualTo(new UndoState.Undone(""));
        assertThat(host.state().profile().orElseThrow().system()).isEqualTo(old);
    }

    @Test
    void waitsForTheSwitchUnderWayToEnd() throws Exception {
        timer.arm(oldEverywhere(), AFTER);
        Path go = dir.resolve("go");
        var unit =
                new SwitchUnit(
                        fake.paths,
                        fake.commands(),
                        Ticks.system(),
                        ActivationLimits.DEFAULTS,
                        new SwitchUnit.Name("d1", SwitchUnit.Role.DEPLOY));
        unit.start(
                fake.system(
                        "slow",
                        "while [ ! -e '%s' ]; do sleep 0.05; done; echo 'slow done' >> '%s'"
                                .formatted(go, fake.log())),
                Action.SWITCH);
        goOff();
        while (!(timer.state() instanceof UndoState.Undoing)) {
            Thread.onSpinWait();
        }
        Files.createFile(go);

        assertThat(timer.awaitUndone()).isEqualTo(new UndoState.Undone(""));
        assertThat(fake.activations()).containsExactly("slow switch", "slow done", "old switch");
    }

    @Test
    void saysThatSomeUnitsFailed() throws Exception {
        fake.system("old", "exit 4");
        timer.arm(oldEverywhere(), AFTER);

        goOff();

        assertThat(timer.awaitUndone()).isEqualTo(new UndoState.Undone("some units failed"));
    }

    @Test
    void saysWhyItFailed() throws Exception {
        fake.system("old", "exit 2");
        timer.arm(oldEverywhere(), AFTER);
        deployFresh();
        FakeHost.program(fake.bin.resolve("nix-env"), "exit 1\n");

        goOff();

        assertThat(timer.awaitUndone())
                .isInstanceOfSatisfying(
                        UndoState.UndoFailed.class,
                        failed ->
                                assertThat(failed.why())
                                        .contains(
                                                "the system profile does not lead to generation 1")
                                        .contains(
                                                "switch-to-configuration switch ended with exit"
                                                        + " code 2"));
        assertThatThrownBy(() -> timer.arm(oldEverywhere(), AFTER))
                .hasMessage("the undo timer nixfleet-undo-d1 went off already");
    }

    @Test
    void saysThatItWasEndedInTheMiddle() throws Exception {
        Files.createDirectories(dir.resolve("state"));
        Files.writeString(dir.resolve("state/undo-d1"), "undoing\n");

        assertThat(timer.state())
                .isEqualTo(new UndoState.UndoFailed("the undo was ended in the middle"));
    }

    @Test
    void isNotArmedWithoutASystemToReturnTo() {
        assertThatThrownBy(
                        () -> timer.arm(new SystemState(Optional.empty(), Optional.empty()), AFTER))
                .hasMessage("there was no system before that an undo could return to");
    }

    @Test
    void refusesNamesThatAShellWouldMisread() {
        assertThatThrownBy(() -> timer(dir.resolve("it's $HOME")).arm(oldEverywhere(), AFTER))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("has characters that a shell script needs to quote");
    }

    @Test
    void survivesEveryCharacterThatAStorePathMayHave() throws Exception {
        old = fake.system("a+b-c._?=Z9", "");
        timer.arm(oldEverywhere(), AFTER);
        deployFresh();

        goOff();

        assertThat(timer.awaitUndone()).isEqualTo(new UndoState.Undone(""));
        assertThat(host.state().profile().orElseThrow().system()).isEqualTo(old);
    }

    private UndoTimer timer(Path state) {
        return new UndoTimer(
                fake.paths,
                fake.commands(),
                Ticks.system(),
                ActivationLimits.DEFAULTS,
                new UndoTimer.Place("d1", state));
    }

    private SystemState oldEverywhere() throws Exception {
        fake.running(old);
        return new SystemState(Optional.of(old), Optional.of(fake.generation(1, old)));
    }

    private void deployFresh() throws Exception {
        host.setProfile(fresh);
        fake.running(fresh);
    }

    private void goOff() throws Exception {
        fake.letGoOff("nixfleet-undo-d1");
    }
}

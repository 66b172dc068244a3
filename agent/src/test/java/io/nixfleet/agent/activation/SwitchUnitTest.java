package io.nixfleet.agent.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.time.Ticks;
import io.nixfleet.nix.store.StorePath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SwitchUnitTest {
    @TempDir Path dir;
    private FakeHost fake;

    @BeforeEach
    void setUp() throws Exception {
        fake = new FakeHost(dir);
    }

    @Test
    void tellsTheExitCodeOfTheSwitch() throws Exception {
        SwitchUnit unit = unit("d1", SwitchUnit.Role.DEPLOY);
        unit.start(fake.system("new", "exit 4"), Action.SWITCH);

        assertThat(unit.await()).contains(new SwitchResult.Exited(4));
        assertThat(fake.activations()).containsExactly("new switch");
    }

    @Test
    void waitsForTheEndAndNotForTheLinkOfTheCurrentSystem() throws Exception {
        StorePath system =
                fake.system(
                        "new",
                        "ln -sfn /nix/store/x '%s'; while [ ! -e '%s' ]; do sleep 0.05; done; exit 3"
                                .formatted(fake.paths.currentSystem(), dir.resolve("go")));
        SwitchUnit unit = unit("d1", SwitchUnit.Role.DEPLOY);
        unit.start(system, Action.TEST);
        while (!Files.isSymbolicLink(fake.paths.currentSystem())) {
            Thread.onSpinWait();
        }

        assertThat(unit.isRunning()).isTrue();
        Files.createFile(dir.resolve("go"));
        assertThat(unit.await()).contains(new SwitchResult.Exited(3));
    }

    @Test
    void waitsOnWhenTheAgentWasKilledMeanwhile() throws Exception {
        StorePath system =
                fake.system(
                        "new",
                        "while [ ! -e '%s' ]; do sleep 0.05; done".formatted(dir.resolve("go")));
        unit("d1", SwitchUnit.Role.DEPLOY).start(system, Action.SWITCH);
        SwitchUnit anotherLife = unit("d1", SwitchUnit.Role.DEPLOY);
        assertThat(anotherLife.isRunning()).isTrue();
        Files.createFile(dir.resolve("go"));

        assertThat(anotherLife.await()).contains(new SwitchResult.Exited(0));
        assertThat(anotherLife.await()).contains(new SwitchResult.Exited(0));
    }

    @Test
    void knowsNothingOfAUnitThatIsNotLoaded() throws Exception {
        assertThat(unit("d1", SwitchUnit.Role.DEPLOY).await()).isEmpty();
    }

    @Test
    void isNotInTheWayOfItselfAfterAFailure() throws Exception {
        SwitchUnit failed = unit("d1", SwitchUnit.Role.DEPLOY);
        failed.start(fake.system("new", "exit 1"), Action.SWITCH);
        failed.await();

        SwitchUnit rollback = unit("d1", SwitchUnit.Role.ROLLBACK);
        rollback.start(fake.system("old", ""), Action.SWITCH);
        assertThat(rollback.await()).contains(new SwitchResult.Exited(0));
        SwitchUnit next = unit("d2", SwitchUnit.Role.DEPLOY);
        next.start(fake.system("next", ""), Action.SWITCH);
        assertThat(next.await()).contains(new SwitchResult.Exited(0));
    }

    @Test
    void leavesNothingLoadedOnceCleaned() throws Exception {
        for (String end : new String[] {"exit 0", "exit 1"}) {
            SwitchUnit unit = unit("d1", SwitchUnit.Role.DEPLOY);
            unit.start(fake.system("new", end), Action.SWITCH);
            unit.await();
            unit.clean();
            unit.clean();

            assertThat(fake.units()).isEmptyDirectory();
            assertThat(unit.await()).isEmpty();
        }
    }

    @Test
    void endsASwitchThatTakesTooLong() throws Exception {
        var limits =
                new ActivationLimits(
                        Duration.ofMillis(300), Duration.ofSeconds(1), Duration.ofSeconds(20));
        var unit =
                new SwitchUnit(
                        fake.paths,
                        fake.commands(),
                        Ticks.system(),
                        limits,
                        new SwitchUnit.Name("d1", SwitchUnit.Role.DEPLOY));
        unit.start(fake.system("new", "exec sleep 30"), Action.SWITCH);

        assertThat(unit.await()).contains(new SwitchResult.TimedOut());
    }

    @Test
    void isPatientWithASystemdThatDoesNotAnswer() throws Exception {
        SwitchUnit unit = unit("d1", SwitchUnit.Role.DEPLOY);
        unit.start(fake.system("new", ""), Action.SWITCH);
        Files.createFile(fake.units().resolve("silent"));

        assertThat(unit.await()).contains(new SwitchResult.Exited(0));
    }

    @Test
    void saysThatSystemdRefused() throws Exception {
        FakeHost.program(fake.bin.resolve("systemd-run"), "echo 'no bus' >&2; exit 1\n");

        assertThatThrownBy(
                        () ->
                                unit("d1", SwitchUnit.Role.DEPLOY)
                                        .start(fake.system("new", ""), Action.SWITCH))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("could not start the switch to /nix/store/")
                .hasMessageContaining("no bus");
    }

    @Test
    void asksForAUnitThatOutlivesTheAgent() throws Exception {
        SwitchUnit unit = unit("d1", SwitchUnit.Role.DEPLOY);
        StorePath system = fake.system("new", "");
        unit.start(system, Action.DRY_ACTIVATE);
        unit.await();

        assertThat(Files.readString(fake.root.resolve("systemd-run")))
                .contains("--unit=nixfleet-switch-d1.service")
                .contains("--property=Type=oneshot --property=RemainAfterExit=yes")
                .contains("--property=TimeoutStartSec=1200000ms")
                .contains("--setenv=LOCALE_ARCHIVE=/locales")
                .contains("--no-block")
                .doesNotContain("NIXOS_INSTALL_BOOTLOADER")
                .endsWith("-- " + fake.paths.switchProgram(system) + " dry-activate\n");
    }

    @Test
    void givesTheLastWordsOfTheSwitch() throws Exception {
        SwitchUnit unit = unit("d1", SwitchUnit.Role.DEPLOY);

        assertThat(unit.lastLines())
                .endsWith("2000\nerror: no such unit")
                .hasSizeLessThanOrEqualTo(4096);
        assertThat(Files.readString(fake.root.resolve("journalctl-arguments")))
                .contains("-u nixfleet-switch-d1.service -n 20 -o cat");
        Files.delete(fake.bin.resolve("journalctl"));
        FakeHost.program(fake.bin.resolve("journalctl"), "exit 1\n");
        assertThat(unit.lastLines()).isEmpty();
    }

    @Test
    void givesUpWaitingWhenInterrupted() throws Exception {
        SwitchUnit unit = unit("d1", SwitchUnit.Role.DEPLOY);
        unit.start(
                fake.system(
                        "new",
                        "while [ ! -e '%s' ]; do sleep 0.05; done".formatted(dir.resolve("go"))),
                Action.SWITCH);
        var interrupted = new CountDownLatch(1);
        Thread waiting =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        unit.await();
                                    } catch (InterruptedException _) {
                                        interrupted.countDown();
                                    } catch (HostException e) {
                                        throw new AssertionError(e);
                                    }
                                });
        waiting.interrupt();
        interrupted.await();

        assertThat(unit.isRunning()).isTrue();
        Files.createFile(dir.resolve("go"));
        assertThat(unit.await()).contains(new SwitchResult.Exited(0));
    }

    private SwitchUnit unit(String deployment, SwitchUnit.Role role) {
        return new SwitchUnit(
                fake.paths,
                fake.commands(),
                Ticks.system(),
                ActivationLimits.DEFAULTS,
                new SwitchUnit.Name(deployment, role));
    }
}

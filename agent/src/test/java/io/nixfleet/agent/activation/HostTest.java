package io.nixfleet.agent.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.deploy.SystemState.Generation;
import io.nixfleet.nix.store.StorePath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostTest {
    private static final StorePath OLD = FakeHost.path("old");
    private static final StorePath NEW = FakeHost.path("new");

    @TempDir Path dir;
    private FakeHost fake;
    private Host host;

    @BeforeEach
    void setUp() throws Exception {
        fake = new FakeHost(dir);
        host = new Host(fake.paths, fake.commands());
    }

    @Test
    void knowsWhatRunsAndTheProfilesGeneration() throws Exception {
        fake.running(NEW);
        fake.generation(41, OLD);

        assertThat(host.state())
                .isEqualTo(new SystemState(Optional.of(NEW), Optional.of(new Generation(41, OLD))));
    }

    @Test
    void knowsNothingOfAHostWithoutLinks() throws Exception {
        assertThat(host.state()).isEqualTo(new SystemState(Optional.empty(), Optional.empty()));
    }

    @Test
    void followsLinksBetween() throws Exception {
        FakeHost.link(fake.paths.currentSystem(), "/run/booted");
        FakeHost.link(fake.root.resolve("run/booted"), "nixos/it");
        FakeHost.link(fake.root.resolve("run/nixos/it"), NEW.toString());

        assertThat(host.state().running()).contains(NEW);
    }

    @Test
    void refusesJunkForLinks() throws Exception {
        FakeHost.link(fake.paths.currentSystem(), "/nix/store/junk");
        assertThatThrownBy(host::state)
                .isInstanceOf(HostException.class)
                .hasMessageContaining("current-system leads astray")
                .hasMessageContaining("it needs 32 characters, a dash and a name");

        Files.delete(fake.paths.currentSystem());
        FakeHost.link(fake.paths.systemProfile(), "elsewhere");
        assertThatThrownBy(host::state)
                .hasMessageContaining("leads to 'elsewhere', which is none of its generations");

        FakeHost.link(fake.paths.systemProfile(), "system-7-link");
        assertThatThrownBy(host::state)
                .hasMessageContaining("leads to generation 7, whose link is gone");

        Files.delete(fake.paths.systemProfile());
        Files.createDirectory(fake.paths.systemProfile());
        assertThatThrownBy(host::state).hasMessageContaining("is no symbolic link");
    }

    @Test
    void refusesLinksInACircle() throws Exception {
        FakeHost.link(fake.paths.currentSystem(), "current-system");

        assertThatThrownBy(host::state).hasMessageContaining("leads through more than 8 links");
    }

    @Test
    void findsNothingWrongWithANixosSystem() throws Exception {
        StorePath system = fake.system("new", "");

        assertThat(host.whyNotActivatable(system)).isEmpty();
    }

    @Test
    void saysWhyASystemCannotBeActivated() throws Exception {
        assertThat(host.whyNotActivatable(NEW).orElseThrow())
                .isEqualTo(NEW + " is not in this host's store; fetch it first");

        Path files = Files.createDirectories(fake.paths.files(NEW));
        assertThat(host.whyNotActivatable(NEW).orElseThrow())
                .contains("is no NixOS system: it has no 'bin/switch-to-configuration'");

        Files.createFile(files.resolve("activate"));
        assertThat(host.whyNotActivatable(NEW).orElseThrow()).contains("as a nix-darwin");

        Files.createDirectory(files.resolve("bin"));
        Files.createFile(fake.paths.switchProgram(NEW));
        assertThat(host.whyNotActivatable(NEW).orElseThrow()).contains("is not executable");

        fake.system("new", "");
        FakeHost.program(fake.bin.resolve("nix-store"), "exit 1\n");
        assertThat(host.whyNotActivatable(NEW).orElseThrow()).contains("is not valid there");
    }

    @Test
    void setsTheProfileByANewGeneration() throws Exception {
        fake.generation(1, OLD);

        assertThat(host.setProfile(NEW)).isEqualTo(new Generation(2, NEW));
        assertThat(host.state().profile()).contains(new Generation(2, NEW));
    }

    @Test
    void makesNoGenerationOfASystemThatIsCurrent() throws Exception {
        fake.generation(5, NEW);

        assertThat(host.setProfile(NEW)).isEqualTo(new Generation(5, NEW));
        assertThat(fake.paths.generation(6)).doesNotExist();
    }

    @Test
    void saysWhatNixEnvComplained() throws Exception {
        FakeHost.program(fake.bin.resolve("nix-env"), "echo 'error: disk full' >&2; exit 1\n");

        assertThatThrownBy(() -> host.setProfile(NEW))
                .isInstanceOf(HostException.class)
                .hasMessage(
                        "could not set the system profile to %s: nix-env ended with exit code 1: error: disk full"
                                .formatted(NEW));
    }

    @Test
    void doesNotTrustANixEnvThatDidNothing() throws Exception {
        FakeHost.program(fake.bin.resolve("nix-env"), "exit 0\n");

        assertThatThrownBy(() -> host.setProfile(NEW))
                .hasMessageContaining("the system profile leads to nothing and not to " + NEW);
    }

    @Test
    void returnsToTheVeryGenerationAndNotToTheOneBeforeTheLast() throws Exception {
        Generation before = fake.generation(3, OLD);
        fake.generation(7, FakeHost.path("someone-elses"));
        fake.generation(8, NEW);

        host.restoreProfile(Optional.of(before));

        assertThat(host.state().profile()).contains(before);
    }

    @Test
    void returnsToTheSystemOfAGenerationThatIsGoneOrAnother() throws Exception {
        Generation before = fake.generation(1, OLD);
        fake.generation(2, NEW);
        Files.delete(fake.paths.generation(1));
        FakeHost.link(fake.paths.generation(1), FakeHost.path("another").toString());

        host.restoreProfile(Optional.of(before));

        assertThat(host.state().profile()).contains(new Generation(3, OLD));
    }

    @Test
    void returnsToNoProfileWhereThereWasNone() throws Exception {
        host.setProfile(NEW);

        host.restoreProfile(Optional.empty());

        assertThat(host.state().profile()).isEmpty();
    }
}

package io.nixfleet.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.activation.FakeHost;
import io.nixfleet.agent.fetch.CacheSettings;
import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.nix.signature.TrustedKeys;
import io.nixfleet.substituter.daemon.DaemonGreeting;
import io.nixfleet.substituter.daemon.DaemonTarget;
import io.nixfleet.substituter.daemon.DaemonTrust;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nix, its daemon, its keys. */
class NixChecksTest {
    private static final DaemonTarget SOCKET = new DaemonTarget.Socket(Path.of("/socket"));

    @TempDir private Path directory;

    private static DaemonMeeting met(DaemonTarget target, DaemonTrust trust) {
        return new DaemonMeeting.Met(target, new DaemonGreeting("1.37", "2.26.3", trust));
    }

    private Programs programs() {
        return new Programs(
                new ProcessRunner(),
                Map.of("PATH", directory + ":/usr/bin:/bin"),
                Duration.ofMinutes(1));
    }

    private void nix(String script) throws Exception {
        for (String name : List.of("nix", "nix-env", "nix-store")) {
            FakeHost.program(directory.resolve(name), script);
        }
    }

    private static Subject.Sources sources(Path keys, String... more) {
        return new Subject.Sources(
                List.of(),
                List.of(more),
                new CacheSettings(List.of(), List.of(keys), Optional.empty(), false, false, 32),
                Optional.empty(),
                new Given.Wrong<>("none"),
                Optional.empty());
    }

    @Test
    void isThere() throws Exception {
        nix("echo 'nix (Nix) 2.26.3'");
        Findings.assertOk(new NixCheck(programs()).look(), "nix (Nix) 2.26.3");
    }

    @Test
    void isNotThere() throws Exception {
        var empty =
                new Programs(
                        new ProcessRunner(),
                        Map.of("PATH", directory.toString()),
                        Duration.ofMinutes(1));
        Findings.assertFound(
                new NixCheck(empty).look(),
                Result.FAILED,
                "nix, nix-store, nix-env: not on the PATH " + directory,
                "install Nix");
    }

    @Test
    void isBroken() throws Exception {
        nix("echo 'no libfoo.so' >&2; exit 127");
        Findings.assertFound(
                new NixCheck(programs()).look(),
                Result.FAILED,
                "exit code 127: no libfoo.so",
                "nix --version");
    }

    @Test
    void hasADaemon() {
        Findings.assertOk(
                DaemonCheck.judge(met(SOCKET, DaemonTrust.TRUSTED)),
                "Nix 2.26.3, protocol 1.37, the Nix daemon at /socket");
        Findings.assertFound(
                DaemonCheck.judge(new DaemonMeeting.Unmet("there is no such socket")),
                Result.FAILED,
                "there is no such socket",
                "systemctl start nix-daemon.socket");
    }

    @Test
    void shouldHaveASocket() {
        var ours = new DaemonTarget.Stdio(List.of("nix-daemon"), Optional.empty(), Map.of());
        var chroot = new DaemonTarget.Stdio(List.of("nix-daemon"), Optional.of("/x"), Map.of());
        Findings.assertFound(
                DaemonCheck.judge(met(ours, DaemonTrust.TRUSTED)),
                Result.WARNING,
                "there is no socket of a Nix daemon",
                "systemctl start nix-daemon.socket");
        Findings.assertOk(DaemonCheck.judge(met(chroot, DaemonTrust.TRUSTED)), "--store /x");
    }

    @Test
    void trustsUs() {
        Findings.assertOk(TrustCheck.judge(met(SOCKET, DaemonTrust.TRUSTED), true), "is trusted");
        Findings.assertFound(
                TrustCheck.judge(met(SOCKET, DaemonTrust.NOT_TRUSTED), true),
                Result.FAILED,
                "does not trust this user",
                "trusted-users");
        Findings.assertFound(
                TrustCheck.judge(met(SOCKET, DaemonTrust.UNKNOWN), true),
                Result.NOT_CHECKED,
                "does not say whether it trusts this user",
                "Nix 2.9");
    }

    @Test
    void needNotTrustUsForItsOwnKeys() {
        for (DaemonTrust trust : DaemonTrust.values()) {
            assertThat(TrustCheck.judge(met(SOCKET, trust), false).result()).isEqualTo(Result.OK);
        }
        assertThat(TrustCheck.judge(new DaemonMeeting.Unmet("away"), true).result())
                .isEqualTo(Result.NOT_CHECKED);
    }

    @Test
    void namesTheKeysOfAllPlaces() throws Exception {
        nix(
                "echo '{\"trusted-public-keys\": {\"value\": [\"%s\"]}}'"
                        .formatted(Signed.publicKey("nix-1")));
        Path file = Files.writeString(directory.resolve("keys"), Signed.publicKey("file-1") + "\n");

        Keyring keyring =
                Keyring.read(sources(file, Signed.publicKey("option-1").toString()), programs());

        Findings.assertOk(KeysCheck.judge(keyring, true), "nix-1, option-1, file-1");
    }

    @Test
    void saysWhichKeyIsNone() throws Exception {
        nix("echo '{\"trusted-public-keys\": {\"value\": [\"nix-1:AAAA\"]}}'");
        Path file = Files.writeString(directory.resolve("keys"), "nonsense\n");

        Finding finding = KeysCheck.judge(Keyring.read(sources(file, "mine-1:"), programs()), true);

        Findings.assertFound(finding, Result.FAILED, "nix.conf: public key 'nix-1'", "NAME:BASE64");
        assertThat(finding.problem())
                .contains("public key 'mine-1'", "keys file " + file + " line 1");
    }

    @Test
    void needsAKeyAndAReadableConfiguration() {
        TrustedKeys none = TrustedKeys.of(List.of());
        Findings.assertFound(
                KeysCheck.judge(
                        new Keyring(none, List.of(), NixConfig.NONE, Optional.empty()), true),
                Result.FAILED,
                "no key is trusted at all",
                "trusted-public-keys");
        var unread = new Keyring(none, List.of(), NixConfig.NONE, Optional.of("exit code 1"));
        Findings.assertFound(
                KeysCheck.judge(unread, true), Result.FAILED, "exit code 1", "nix show-config");
        Findings.assertFound(
                KeysCheck.judge(unread, false), Result.NOT_CHECKED, "exit code 1", "see 'nix'");
    }
}

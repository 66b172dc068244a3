package io.nixfleet.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.activation.FakeHost;
import io.nixfleet.agent.activation.Host;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.deploy.SystemState.Generation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The system profile, systemd, the file of health checks. */
class HostChecksTest {
    @ParameterizedTest
    @ValueSource(strings = {"running", "degraded", "starting"})
    void startsUnits(String state) {
        Findings.assertOk(RunUnitsCheck.judge(state, "", true), "systemd is " + state);
    }

    @Test
    void startsNoUnits() {
        Findings.assertFound(
                RunUnitsCheck.judge("offline", "", true),
                Result.FAILED,
                "systemd does not answer: it is offline",
                "systemd as init");
        Findings.assertFound(
                RunUnitsCheck.judge("", "Failed to connect to bus", true),
                Result.FAILED,
                "Failed to connect to bus",
                "systemd as init");
        Findings.assertFound(
                RunUnitsCheck.judge("stopping", "", true),
                Result.WARNING,
                "shutting down",
                "once it is up");
        Findings.assertFound(
                RunUnitsCheck.judge("running", "", false),
                Result.WARNING,
                "not root",
                "run doctor as root");
    }

    @Test
    void runsItsProfile() {
        var generation = new Generation(7, FakeHost.path("a"));
        Findings.assertOk(
                ProfileCheck.judge(
                        new SystemState(Optional.of(generation.system()), Optional.of(generation))),
                "generation 7, " + FakeHost.path("a").baseName());
    }

    @Test
    void runsAnotherSystemThanItsProfile() {
        Findings.assertFound(
                ProfileCheck.judge(
                        new SystemState(
                                Optional.of(FakeHost.path("b")),
                                Optional.of(new Generation(7, FakeHost.path("a"))))),
                Result.WARNING,
                "another system runs, " + FakeHost.path("b").baseName(),
                "switch-to-configuration switch");
    }

    @Test
    void lacksASystem(@TempDir Path directory) throws Exception {
        var fake = new FakeHost(directory);
        var check = new ProfileCheck(new Host(fake.paths, fake.commands()));
        Findings.assertFound(
                check.look(),
                Result.FAILED,
                "there is no /nix/var/nix/profiles/system",
                "nix-env -p /nix/var/nix/profiles/system --set");
        fake.generation(1, FakeHost.path("a"));
        Findings.assertFound(
                check.look(),
                Result.FAILED,
                "there is no /run/current-system",
                "switch-to-configuration switch");
        Files.createFile(fake.paths.currentSystem());
        Findings.assertFound(
                check.look(), Result.FAILED, "is no symbolic link", "nixos-rebuild switch");
    }

    @Test
    void readsTheHealthChecks(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("health.json");
        Findings.assertOk(new HealthConfigCheck(file).look(), "there is no " + file);
        Files.writeString(file, "{\"command\": [{\"name\": \"a\", \"command\": \"true\"}]}");
        assertThat(new HealthConfigCheck(file).look()).isEqualTo(Finding.ok("1 in " + file));
        Files.writeString(file, "{");
        Findings.assertFound(
                new HealthConfigCheck(file).look(),
                Result.FAILED,
                "are not JSON",
                "services.nixfleet-agent.healthChecks");
    }
}

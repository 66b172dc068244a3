package io.nixfleet.it.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.host.Await;
import io.nixfleet.it.host.HostAgent;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.testing.controlplane.CertificateRequest;
import io.nixfleet.testing.controlplane.IssuedCertificate;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import io.nixfleet.testing.controlplane.ServerTls;
import io.nixfleet.testing.controlplane.TestAuthority;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The unit that the NixOS module makes, as systemd runs it. */
@OnStage
@Timeout(180)
class AgentUnitTest {
    private static final String SECRETS = "/etc/fleet-secrets/";
    private static final String DROP_IN = "/etc/systemd/system/" + HostAgent.UNIT + ".d/";

    @Test
    void systemdTakesItForGood(Scene scene) {
        scene.installAgent(Map.of());

        Commands.Outcome verified =
                scene.host()
                        .tryRun(
                                "systemd-analyze",
                                "verify",
                                "/etc/systemd/system/" + HostAgent.UNIT,
                                "/etc/systemd/system/nixfleet-agent-refresh.service");

        assertThat(verified.output()).isEmpty();
        assertThat(verified.exitCode()).isZero();
    }

    @Test
    void isNoMoreExposedThanItMustBe(Scene scene) {
        HostAgent agent = scene.startAgent();

        // In tenths; the README of the modules has the figure.
        Commands.Outcome judged =
                scene.host()
                        .tryRun(
                                "systemd-analyze",
                                "security",
                                "--no-pager",
                                "--threshold=50",
                                HostAgent.UNIT);

        assertThat(judged.exitCode()).as(judged.output()).isZero();
        assertThat(agent.isActive()).isTrue();
    }

    @Test
    void isEndedByTheWatchdogWhenItHangsAndComesBack(Scene scene) {
        HostAgent agent = scene.installAgent(Map.of());
        scene.host().write(DROP_IN + "watchdog.conf", "[Service]\nWatchdogSec=4\n");
        scene.host().run("systemctl", "daemon-reload");
        agent.start();
        String before = agent.mainPid();

        scene.host()
                .run("systemctl", "kill", "--kill-who=main", "--signal=SIGSTOP", HostAgent.UNIT);

        Await.until(
                "another process of the agent polls",
                Await.LIMIT,
                () -> !agent.mainPid().equals(before) && agent.phase().equals("idle"));
        assertThat(scene.host().journal(HostAgent.UNIT)).contains("Watchdog timeout");
    }

    @Test
    void staysDownWhereNoRestartHelps(Scene scene) {
        scene.installAgent(Map.of("extraFlags", List.of("--no-such-option")));

        Commands.Outcome started = scene.host().tryRun("systemctl", "start", HostAgent.UNIT);

        assertThat(started.exitCode()).isNotZero();
        assertThat(scene.host().property(HostAgent.UNIT, "ActiveState")).isEqualTo("failed");
        assertThat(scene.host().property(HostAgent.UNIT, "ExecMainStatus")).isEqualTo("2");
        assertThat(scene.host().property(HostAgent.UNIT, "NRestarts")).isEqualTo("0");
        assertThat(scene.host().journal(HostAgent.UNIT)).contains("--no-such-option");
    }

    @Test
    void givesEachWordOfItsCommandAsItStands(Scene scene) {
        String odd = "%i $HOME ${HOME} \"a\\b' é";

        HostAgent agent = scene.startAgent(Map.of("tags", List.of("web", odd)));

        agent.awaitPhase("idle");
        assertThat(
                        scene.controlPlane()
                                .awaitReport(
                                        "one with tags",
                                        0,
                                        report -> !report.path("tags").isEmpty())
                                .path("tags"))
                .extracting(tag -> tag.asText())
                .containsExactly("web", odd);
    }

    @Test
    void takesUpCertificatesThatAreRotatedUnderIt(Scene scene, @TempDir Path files)
            throws Exception {
        TestAuthority first = TestAuthority.create("first authority");
        TestAuthority second = TestAuthority.create("second authority");
        String address = scene.stage().address().getHostAddress();
        IssuedCertificate server =
                first.issue(CertificateRequest.server().withHosts(address, "localhost"));
        install(scene, first, files);
        scene.host().write(SECRETS + "ca.pem", first.pem());

        try (var controlPlane =
                ScriptedControlPlane.secureAt(
                        scene.stage().address(), ServerTls.of(server, first))) {
            HostAgent agent =
                    scene.startAgent(
                            Map.of(
                                    "controlPlaneUrl",
                                    URI.create("https://" + address + ":" + controlPlane.port())
                                            .toString(),
                                    "allowInsecure",
                                    false,
                                    "tls",
                                    Map.of(
                                            "caCert", SECRETS + "ca.pem",
                                            "clientCert", SECRETS + "client.pem",
                                            "clientKey", SECRETS + "client-key.pem")));
            String process = agent.mainPid();
            awaitPolls(controlPlane);

            controlPlane.use(ServerTls.of(server, second));
            install(scene, second, files);
            // Until the agent saw the new files, its kept connection serves.
            controlPlane.closeConnections();

            awaitPolls(controlPlane);
            assertThat(agent.mainPid()).isEqualTo(process);
        }
    }

    @Test
    void takesUpItsNewSettingsOnceItIsIdle(Scene scene) {
        HostAgent agent = scene.startAgentOn(Stage.Role.A);
        String before = agent.mainPid();
        scene.installAgent(Map.of("tags", List.of("changed")));

        // As a switch does with a unit that has changed, and is new.
        scene.host().run("systemctl", "restart", "nixfleet-agent-refresh.service");

        scene.controlPlane()
                .awaitReport(
                        "one with the new tag",
                        0,
                        report -> report.path("tags").toString().contains("changed"));
        assertThat(agent.mainPid()).isNotEqualTo(before);
        assertThat(agent.isActive()).isTrue();
    }

    private static void install(Scene scene, TestAuthority authority, Path files)
            throws IOException {
        authority
                .issue(CertificateRequest.client(RecordingControlPlane.MACHINE))
                .write(files, "client");
        for (String name : List.of("client.pem", "client-key.pem")) {
            scene.host().writeSecret(SECRETS + name, Files.readString(files.resolve(name)));
        }
    }

    private static void awaitPolls(ScriptedControlPlane controlPlane) {
        int before = controlPlane.requests().size();
        Await.until("it polls", Await.LIMIT, () -> controlPlane.requests().size() > before + 1);
    }
}

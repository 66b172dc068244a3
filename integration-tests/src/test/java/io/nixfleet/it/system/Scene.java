package io.nixfleet.it.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.it.host.HostAgent;
import io.nixfleet.it.host.SystemHost;
import io.nixfleet.it.system.Stage.Role;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** One test's host and control plane; the agent is on the host once it is asked for. */
final class Scene implements AutoCloseable {
    private final Stage stage;
    private final SystemHost host;
    private final RecordingControlPlane controlPlane;

    private Scene(Stage stage, SystemHost host, RecordingControlPlane controlPlane) {
        this.stage = stage;
        this.host = host;
        this.controlPlane = controlPlane;
    }

    static Scene open(Stage stage) throws IOException {
        return new Scene(
                stage,
                SystemHost.boot(SystemHost.Setup.alone(stage.publicKey())),
                RecordingControlPlane.startAt(stage.address()));
    }

    SystemHost host() {
        return host;
    }

    RecordingControlPlane controlPlane() {
        return controlPlane;
    }

    Stage stage() {
        return stage;
    }

    StorePath system(Role role) {
        return stage.system(role);
    }

    /** An agent that checks the host's web server and takes its time for nothing. */
    HostAgent startAgent() {
        return startAgent(Map.of());
    }

    /**
     * As {@link #startAgent()}.
     *
     * @param settings of the NixOS module
     */
    HostAgent startAgent(Map<String, Object> settings) {
        HostAgent agent = installAgent(settings);
        agent.start();
        return agent;
    }

    /** As {@link #startAgent(Map)}, not started yet. */
    HostAgent installAgent(Map<String, Object> settings) {
        return HostAgent.install(host, controlPlane.uri(), settings);
    }

    void desire(Role role) {
        controlPlane.desire(system(role), stage.cache());
    }

    void desireSlowly(Role role) {
        controlPlane.desire(system(role), stage.slowCache());
    }

    /** An agent on a host that it has brought to a system. */
    HostAgent startAgentOn(Role role) {
        return startAgentOn(role, Map.of());
    }

    /** As {@link #startAgentOn(Role)}, with settings of the NixOS module. */
    HostAgent startAgentOn(Role role, Map<String, Object> settings) {
        HostAgent agent = startAgent(settings);
        desire(role);
        assertRuns(agent, role);
        return agent;
    }

    /** Waits for the report of a deployment's success, and holds it against the host. */
    void assertRuns(HostAgent agent, Role role) {
        JsonNode report =
                awaitReport("deployed", role, r -> r.path("message").asText().equals("deployed"));
        assertThat(report.path("success").asBoolean()).isTrue();
        assertThat(report.at("/health/all_passed").asBoolean()).isTrue();
        assertAgree(agent, role);
    }

    /** Waits for the report of a rollback, and holds it against the host. */
    JsonNode assertRolledBackTo(HostAgent agent, Role role, Optional<String> generation) {
        JsonNode report =
                awaitReport(
                        "rolled back",
                        role,
                        r -> r.path("message").asText().startsWith("rolled back: "));
        assertThat(report.path("success").asBoolean()).isFalse();
        assertThat(host.profileGeneration()).isEqualTo(generation);
        assertAgree(agent, role);
        return report;
    }

    private JsonNode awaitReport(String what, Role role, Predicate<JsonNode> fits) {
        return controlPlane.awaitReport(
                what + ", with " + role,
                0,
                report ->
                        report.path("current_generation").asText().equals(system(role).toString())
                                && fits.test(report));
    }

    /** Profile, running system, boot default and metrics all say this system, at rest. */
    void assertAgree(HostAgent agent, Role role) {
        agent.awaitPhase("idle");
        StorePath system = system(role);
        assertThat(host.currentSystem()).contains(system);
        assertThat(host.profileSystem()).contains(system);
        assertThat(host.read("/boot/default").strip()).isEqualTo(system.toString());
        assertThat(agent.series("nixfleet_agent_generation_info"))
                .containsExactly(
                        "nixfleet_agent_generation_info{generation=\"%s\"}".formatted(system));
        assertThat(agent.metric("nixfleet_agent_state{state=\"idle\"}")).contains(1.0);
        // A unit of a system that is gone may stay failed, as under NixOS; ours must not.
        assertThat(host.failedDeployUnits()).isBlank();
    }

    @Override
    public void close() {
        controlPlane.close();
        host.close();
    }
}

package io.nixfleet.it.system;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.it.nix.Commands;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The agent's unit on a host. */
final class HostAgent {
    static final String UNIT = "nixfleet-agent.service";

    private static final int METRICS_PORT = 9101;
    private static final String METRICS = "http://127.0.0.1:" + METRICS_PORT;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final SystemHost host;

    private HostAgent(SystemHost host) {
        this.host = host;
    }

    /** Installs and enables its unit; {@link #start} starts it. */
    static HostAgent install(SystemHost host, URI controlPlane, List<String> moreOptions) {
        host.write("/etc/systemd/system/" + UNIT, unit(controlPlane, moreOptions));
        host.run("systemctl", "daemon-reload");
        host.run("systemctl", "enable", "--quiet", UNIT);
        return new HostAgent(host);
    }

    private static String unit(URI controlPlane, List<String> moreOptions) {
        var command = new ArrayList<String>();
        command.add(SystemHost.AGENT + "/bin/nixfleet-agent");
        command.addAll(List.of("--control-plane-url", controlPlane.toString()));
        command.addAll(List.of("--machine-id", RecordingControlPlane.MACHINE));
        command.add("--allow-insecure");
        command.addAll(List.of("--poll-interval", "2", "--retry-interval", "1"));
        command.addAll(List.of("--metrics-port", String.valueOf(METRICS_PORT)));
        command.addAll(moreOptions);
        return """
        [Unit]
        Description=NixFleet deploy agent
        Wants=nix-daemon.socket
        After=nix-daemon.socket network.target
        StartLimitIntervalSec=0

        [Service]
        Type=notify
        NotifyAccess=all
        ExecStart=%s
        Restart=always
        RestartSec=1
        WatchdogSec=30
        TimeoutStopSec=30
        SuccessExitStatus=143
        KillMode=mixed
        StateDirectory=nixfleet
        RuntimeDirectory=nixfleet-agent
        Environment=HOME=/root

        [Install]
        WantedBy=multi-user.target
        """
                .formatted(String.join(" ", command));
    }

    /** Returns once it has told systemd that it is ready. */
    void start() {
        host.run("systemctl", "start", UNIT);
    }

    void stop() {
        host.run("systemctl", "stop", UNIT);
    }

    /** Ends it by SIGKILL, and all of its children; it stays so until {@link #revive}. */
    void killForGood() {
        // Masked, so that nothing starts it again.
        host.run("systemctl", "mask", "--runtime", "--quiet", UNIT);
        host.run("systemctl", "kill", "--kill-who=all", "--signal=SIGKILL", UNIT);
        Await.until("the agent is dead", Await.LIMIT, () -> mainPid().equals("0"));
    }

    void revive() {
        host.run("systemctl", "unmask", "--runtime", "--quiet", UNIT);
        start();
    }

    /** Ends it by SIGKILL, and all of its children; systemd starts it again. */
    void kill() {
        String restarts = restarts();
        host.run("systemctl", "kill", "--kill-who=all", "--signal=SIGKILL", UNIT);
        Await.until(
                "the agent runs again",
                Await.LIMIT,
                () -> !restarts().equals(restarts) && isActive());
    }

    private String restarts() {
        return host.property(UNIT, "NRestarts");
    }

    boolean isActive() {
        return host.property(UNIT, "ActiveState").equals("active");
    }

    String mainPid() {
        return host.property(UNIT, "MainPID");
    }

    /** {@code /v1/status}, or nothing while it does not answer. */
    Optional<JsonNode> status() {
        return host.get(METRICS + "/v1/status").map(HostAgent::parse);
    }

    /** What it is doing; empty while it does not answer. */
    String phase() {
        return status().map(status -> status.path("phase").asText()).orElse("");
    }

    void awaitPhase(String phase) {
        Await.until("the agent is " + phase, Await.LIMIT, () -> phase().equals(phase));
    }

    /** The value of a series, named as in {@code nixfleet_agent_state{state="idle"}}. */
    Optional<Double> metric(String series) {
        return host.get(METRICS + "/metrics").stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith(series + " "))
                .map(line -> Double.valueOf(line.substring(series.length() + 1)))
                .findFirst();
    }

    /** The names of a family's series, labels included. */
    List<String> series(String family) {
        return host.get(METRICS + "/metrics").stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith(family + "{"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .toList();
    }

    /** Runs one of the agent's own commands on the host. */
    Commands.Outcome command(String... arguments) {
        var command = new ArrayList<String>(List.of(SystemHost.AGENT + "/bin/nixfleet-agent"));
        command.addAll(Arrays.asList(arguments));
        return host.tryRun(command.toArray(String[]::new));
    }

    private static JsonNode parse(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + json, e);
        }
    }
}

package io.nixfleet.it.host;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.it.nix.Commands;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The agent's unit on a host. */
public final class HostAgent {
    public static final String UNIT = "nixfleet-agent.service";

    /** Where its metrics are, on every address of the host. */
    public static final int METRICS_PORT = 9101;

    /** That the web server of a system runs and answers. */
    public static final Map<String, Object> WEB_CHECKS =
            Map.of(
                    "systemd",
                    List.of(Map.of("units", List.of("web.service"))),
                    "http",
                    List.of(Map.of("url", "http://127.0.0.1:8080/", "timeout", 2)));

    private static final String METRICS = "http://127.0.0.1:" + METRICS_PORT;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final SystemHost host;

    private HostAgent(SystemHost host) {
        this.host = host;
    }

    /**
     * Installs and enables its unit, as the NixOS module makes it; {@link #start} starts it. Unless
     * told otherwise it checks the host's web server and takes its time for nothing.
     *
     * @param settings of {@code services.nixfleet-agent}, besides what is usual here
     */
    public static HostAgent install(
            SystemHost host, URI controlPlane, Map<String, Object> settings) {
        var all = new HashMap<String, Object>();
        all.put("controlPlaneUrl", controlPlane.toString());
        all.put("machineId", host.name());
        all.put("allowInsecure", controlPlane.getScheme().equals("http"));
        all.put("pollInterval", 2);
        all.put("retryInterval", 1);
        all.put("metricsPort", METRICS_PORT);
        all.put("healthChecks", WEB_CHECKS);
        all.put("healthInterval", 600);
        all.put("settleTime", 1);
        all.put("verifyTimeout", 5);
        all.putAll(settings);
        RenderedModule.files(all).forEach(host::write);
        // A test does not wait as long as a fleet can.
        host.write("/etc/systemd/system/" + UNIT + ".d/test.conf", "[Service]\nRestartSec=1\n");
        host.run("systemctl", "daemon-reload");
        host.run("systemctl", "enable", "--quiet", UNIT);
        return new HostAgent(host);
    }

    /** Returns once it has told systemd that it is ready. */
    public void start() {
        host.run("systemctl", "start", UNIT);
    }

    public void stop() {
        host.run("systemctl", "stop", UNIT);
    }

    /** Ends it by SIGKILL, and all of its children; it stays so until {@link #revive}. */
    public void killForGood() {
        // Masked, so that nothing starts it again.
        host.run("systemctl", "mask", "--runtime", "--quiet", UNIT);
        host.run("systemctl", "kill", "--kill-who=all", "--signal=SIGKILL", UNIT);
        Await.until("the agent is dead", Await.LIMIT, () -> mainPid().equals("0"));
    }

    public void revive() {
        host.run("systemctl", "unmask", "--runtime", "--quiet", UNIT);
        start();
    }

    /** Ends it by SIGKILL, and all of its children; systemd starts it again. */
    public void kill() {
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

    public boolean isActive() {
        return host.property(UNIT, "ActiveState").equals("active");
    }

    public String mainPid() {
        return host.property(UNIT, "MainPID");
    }

    /** {@code /v1/status}, or nothing while it does not answer. */
    public Optional<JsonNode> status() {
        return host.get(METRICS + "/v1/status").map(HostAgent::parse);
    }

    /** What it is doing; empty while it does not answer. */
    public String phase() {
        return status().map(status -> status.path("phase").asText()).orElse("");
    }

    public void awaitPhase(String phase) {
        Await.until("the agent is " + phase, Await.LIMIT, () -> phase().equals(phase));
    }

    /** The value of a series, named as in {@code nixfleet_agent_state{state="idle"}}. */
    public Optional<Double> metric(String series) {
        return host.get(METRICS + "/metrics").stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith(series + " "))
                .map(line -> Double.valueOf(line.substring(series.length() + 1)))
                .findFirst();
    }

    /** The names of a family's series, labels included. */
    public List<String> series(String family) {
        return host.get(METRICS + "/metrics").stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith(family + "{"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .toList();
    }

    /** Runs one of the agent's own commands on the host. */
    public Commands.Outcome command(String... arguments) {
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

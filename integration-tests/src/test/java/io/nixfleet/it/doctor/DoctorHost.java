package io.nixfleet.it.doctor;

import static java.util.stream.Collectors.toMap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.host.Await;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A host on which an agent runs and all is well, until a test breaks something. */
final class DoctorHost implements AutoCloseable {
    static final String MACHINE = "web-1";

    /** A whole check's time, where nothing is to hang. */
    private static final String PATIENCE = "280";

    private static final String UNIT =
            """
            LoadState=loaded
            UnitFileState=enabled
            ActiveState=active
            SubState=running
            Result=success
            NRestarts=0
            ExecMainStatus=0
            NeedDaemonReload=no
            """;

    private static final String NAMESPACE =
            """
            set -e
            PATH=/usr/bin:/usr/sbin:/bin:/sbin
            mount -t tmpfs tmpfs /run
            mount -t tmpfs tmpfs /nix/var/nix/profiles
            ln -s SYSTEM /run/current-system
            ln -s SYSTEM /nix/var/nix/profiles/system-7-link
            ln -s system-7-link /nix/var/nix/profiles/system
            MOUNTS
            PATH=$0
            exec "$@"
            """;

    private final NixDaemon daemon;
    private final AgentProgram doctor;
    private final AgentProgram agent;
    private final Path directory;
    private final StorePath system;
    private final Map<String, String> options = new LinkedHashMap<>();
    private String mounts = "";
    private String path = "";

    private DoctorHost(NixDaemon daemon, AgentProgram doctor, AgentProgram agent, StorePath system)
            throws IOException {
        this.daemon = daemon;
        this.doctor = doctor;
        this.agent = agent;
        this.system = system;
        this.directory = Files.createTempDirectory("nixfleet-doctor-");
        setPath(doctor.directory() + ":/usr/bin:/bin:/usr/sbin:/sbin");
    }

    /**
     * @param system that runs
     * @param trustedKey of nix.conf
     */
    static DoctorHost with(NixInstallation nix, StorePath system, String trustedKey)
            throws IOException {
        var host =
                new DoctorHost(
                        NixDaemon.start(nix),
                        AgentProgram.with(nix),
                        AgentProgram.with(nix),
                        system);
        host.trust(trustedKey);
        host.doctor.environment("LC_ALL", "C.UTF-8");
        host.program("timedatectl", "echo NTPSynchronized=yes");
        host.unit("");
        host.agent.program("systemctl", "echo running");
        host.set("--store", host.daemon.uri());
        host.set("--db-path", host.file("state/state.db").toString());
        host.set("--socket", host.file("run/control.sock").toString());
        host.set("--health-config", host.file("health-checks.json").toString());
        host.set("--machine-id", MACHINE);
        host.set("--time-limit", PATIENCE);
        return host;
    }

    /** A file of it, which need not be there yet. */
    Path file(String name) {
        return directory.resolve(name);
    }

    DoctorHost set(String option, String value) {
        options.put(option, value);
        return this;
    }

    DoctorHost unset(String option) {
        options.remove(option);
        return this;
    }

    /** The value of an option. */
    String get(String option) {
        return options.getOrDefault(option, "");
    }

    /** The keys of nix.conf. */
    DoctorHost trust(String... keys) {
        environment("NIX_CONFIG", "trusted-public-keys = " + String.join(" ", keys));
        return this;
    }

    DoctorHost environment(String name, String value) {
        doctor.environment(name, value);
        return this;
    }

    /** What the commands of the host are looked up by. */
    void setPath(String value) {
        path = value;
        doctor.environment("PATH", value);
    }

    /** Puts a script in the place of one of the host's commands. */
    void program(String name, String script) throws IOException {
        doctor.program(name, script + "\n");
    }

    /** Has systemd say this of the agent's unit, beside that it runs. */
    void unit(String properties) throws IOException {
        systemctl(UNIT + properties);
    }

    /** Has systemd say this of the agent's unit. */
    void systemctl(String properties) throws IOException {
        Path shown = Files.writeString(file("unit"), properties);
        program(
                "systemctl",
                "case $1 in show) cat %s ;; is-system-running) echo running ;; *) exit 5 ;; esac"
                        .formatted(shown));
    }

    /** A line of shell, by root in the host's own mount namespace. */
    void prepare(String line) {
        mounts += line + "\n";
    }

    /** Starts an agent, which polls a control plane of its own. */
    AgentProgram.Running startAgent(ScriptedControlPlane controlPlane) throws IOException {
        AgentProgram.Running running =
                agent.start(
                        "run",
                        "--control-plane-url=" + controlPlane.url(),
                        "--allow-insecure",
                        "--dry-run",
                        "--machine-id=" + MACHINE,
                        "--store=" + get("--store"),
                        "--db-path=" + get("--db-path"),
                        "--socket=" + get("--socket"),
                        "--health-config=" + get("--health-config"));
        Await.until(
                "the agent has polled: " + running.saidSoFar(),
                Await.LIMIT,
                () -> Files.exists(Path.of(get("--socket"))) && controlPlane.requestCount() > 0);
        return running;
    }

    AgentProgram.Run run(String... more) throws Exception {
        return doctor.runBy(namespace(), command(more));
    }

    /** On a terminal, and without the namespace. */
    AgentProgram.Run runOnTerminal(String... more) throws Exception {
        return doctor.runOnTerminal(command(more));
    }

    private String[] command(String... more) {
        var command = new ArrayList<>(List.of("doctor"));
        options.forEach((option, value) -> command.add(option + "=" + value));
        command.addAll(List.of(more));
        return command.toArray(String[]::new);
    }

    private List<String> namespace() {
        return List.of(
                "/usr/bin/unshare",
                "--mount",
                "/bin/sh",
                "-c",
                NAMESPACE.replace("SYSTEM", system.toString()).replace("MOUNTS", mounts),
                path);
    }

    /** What it finds. */
    Diagnosis diagnose(String... more) throws Exception {
        var all = new ArrayList<>(List.of(more));
        all.add("--json");
        AgentProgram.Run run = run(all.toArray(String[]::new));
        return Diagnosis.of(run);
    }

    /**
     * What doctor found.
     *
     * @param checks by their names
     */
    record Diagnosis(int exitCode, boolean ok, Map<String, JsonNode> checks, String printed) {
        private static Diagnosis of(AgentProgram.Run run) throws IOException {
            JsonNode json;
            try {
                json = new ObjectMapper().readTree(run.stdout());
            } catch (IOException e) {
                throw new AssertionError(run.stdout() + run.stderr(), e);
            }
            if (!json.has("checks") || !run.stderr().isEmpty()) {
                throw new AssertionError(run.stdout() + run.stderr());
            }
            Map<String, JsonNode> checks = new LinkedHashMap<>();
            json.path("checks").forEach(check -> checks.put(check.path("name").asText(), check));
            return new Diagnosis(run.exitCode(), json.path("ok").asBoolean(), checks, run.stdout());
        }

        /** The results of those that are not ok, by their names. */
        Map<String, String> results() {
            return checks.entrySet().stream()
                    .filter(check -> !check.getValue().path("result").asText().equals("ok"))
                    .collect(
                            toMap(
                                    Map.Entry::getKey,
                                    check -> check.getValue().path("result").asText()));
        }

        /** What is said of a check: seen, problem, remedy. */
        String of(String name) {
            JsonNode check = checks.get(name);
            if (check == null) {
                throw new AssertionError("there is no check " + name + " in " + printed);
            }
            return "%s | %s | %s"
                    .formatted(
                            check.path("seen").asText(),
                            check.path("problem").asText(),
                            check.path("remedy").asText());
        }
    }

    /** A unit's command line with the options of now, as {@code systemctl show} has it. */
    String execStart(URI... more) {
        var words = new StringBuilder("/nix/store/x/bin/nixfleet-agent");
        var given = new HashMap<>(options);
        given.remove("--time-limit");
        given.forEach(
                (option, value) -> words.append(' ').append(option).append(' ').append(value));
        for (URI cache : more) {
            words.append(" --extra-cache-url ").append(cache);
        }
        return "ExecStart={ path=/nix/store/x/bin/nixfleet-agent ; argv[]=%s ; ignore_errors=no ;"
                        .formatted(words)
                + " start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }\n";
    }

    @Override
    public void close() throws Exception {
        doctor.close();
        agent.close();
        daemon.close();
        Commands.run(List.of("rm", "-rf", directory.toString()));
    }
}

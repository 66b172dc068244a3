package io.nixfleet.it.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.agent.api.AgentClient;
import io.nixfleet.agent.api.Reply;
import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.it.server.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** An agent's files, ports and store, and the process while it runs. */
final class LocalAgent implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(60);

    private final AgentProgram program;
    private final ChrootStore store;
    private final Path directory;
    private final int metricsPort;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private AgentProgram.@Nullable Running running;

    private LocalAgent(AgentProgram program, ChrootStore store, Path directory, int metricsPort) {
        this.program = program;
        this.store = store;
        this.directory = directory;
        this.metricsPort = metricsPort;
    }

    /** A systemd that knows no unit: this machine's own, should it have one, is none of ours. */
    private static final String SYSTEMCTL =
            """
            case "$1" in
              show) printf 'LoadState=not-found\\nActiveState=inactive\\nSubState=dead\\n' ;;
              is-system-running) echo running ;;
              *) exit 5 ;;
            esac
            """;

    static LocalAgent create() throws IOException {
        NixInstallation nix = NixInstallation.nix28();
        return new LocalAgent(
                AgentProgram.with(nix).program("systemctl", SYSTEMCTL),
                nix.newStore(),
                Files.createTempDirectory("nixfleet-agent-"),
                FreePort.next());
    }

    Path database() {
        return directory.resolve("state/state.db");
    }

    Path socket() {
        return directory.resolve("run/control.sock");
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /** Later options go before earlier ones where they are the same. */
    String[] options(int controlPlanePort, String... more) {
        var all = new ArrayList<String>(List.of("run"));
        var given = Arrays.asList(more);
        for (String option :
                List.of(
                        "--control-plane-url=http://127.0.0.1:" + controlPlanePort,
                        "--machine-id=" + SmallControlPlane.MACHINE,
                        "--allow-insecure",
                        "--dry-run",
                        "--poll-interval=1",
                        "--retry-interval=1",
                        "--health-config=" + file("health.json"),
                        "--store=" + store.directory(),
                        "--metrics-port=" + metricsPort,
                        "--db-path=" + database(),
                        "--socket=" + socket())) {
            String name = option.replaceFirst("=.*", "=");
            if (given.stream().noneMatch(other -> other.startsWith(name))) {
                all.add(option);
            }
        }
        all.addAll(given);
        return all.toArray(String[]::new);
    }

    /** Starts it, and waits until it can be asked. */
    void start(int controlPlanePort, String... more) throws Exception {
        AgentProgram.Running started = program.start(options(controlPlanePort, more));
        running = started;
        await(
                "the agent answers, but it says: " + started.saidSoFar(),
                () -> {
                    assertRuns(started);
                    return Files.exists(socket()) && get("/healthz").statusCode() == 200;
                });
    }

    private static void assertRuns(AgentProgram.Running started) throws IOException {
        if (!started.handle().isAlive()) {
            throw new AssertionError("the agent ended: " + started.saidSoFar());
        }
    }

    /** Runs until it ends by itself. */
    AgentProgram.Run runToEnd(String... arguments) throws Exception {
        try (AgentProgram.Running started = program.start(arguments)) {
            return started.await(LIMIT);
        }
    }

    /** One of the commands that ask the agent; by a program of its own, since outputs are files. */
    AgentProgram.Run command(String... arguments) throws Exception {
        var all = new ArrayList<>(Arrays.asList(arguments));
        all.add("--socket=" + socket());
        try (var other = AgentProgram.with(NixInstallation.nix28())) {
            return other.run(all.toArray(String[]::new));
        }
    }

    String log() throws IOException {
        return process().saidSoFar();
    }

    boolean isAlive() {
        return process().handle().isAlive();
    }

    /** Ends it as the kernel does. */
    void kill() throws Exception {
        ProcessHandle handle = process().handle();
        handle.destroyForcibly();
        handle.onExit().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private AgentProgram.Running process() {
        AgentProgram.Running now = running;
        if (now == null) {
            throw new IllegalStateException("it was not started");
        }
        return now;
    }

    HttpResponse<String> get(String path) throws InterruptedException {
        var request =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:%d%s".formatted(metricsPort, path)))
                        .timeout(Duration.ofSeconds(10))
                        .build();
        return value(
                "an answer of " + path,
                () -> {
                    try {
                        return Optional.of(
                                client.send(request, HttpResponse.BodyHandlers.ofString()));
                    } catch (IOException _) {
                        return Optional.empty();
                    }
                });
    }

    JsonNode json(String path) throws Exception {
        return new ObjectMapper().readTree(get(path).body());
    }

    /** Posts JSON to the socket. */
    Reply post(String path, String json) throws Exception {
        return new AgentClient(socket(), Duration.ofSeconds(10))
                .post(path, new ObjectMapper().readTree(json));
    }

    /** A condition of a test, which may fail with anything. */
    interface Condition {
        boolean holds() throws Exception;
    }

    static void await(String what, Condition condition) throws InterruptedException {
        value(what, () -> condition.holds() ? Optional.of(what) : Optional.<String>empty());
    }

    static <T> T value(String what, Callable<Optional<T>> source) throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            try {
                Optional<T> found = source.call();
                if (found.isPresent()) {
                    return found.get();
                }
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError(what, e);
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within %s: %s".formatted(LIMIT, what));
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    @Override
    public void close() {
        if (running != null) {
            running.close();
        }
        client.close();
        program.close();
        store.close();
        Commands.run(List.of("rm", "-rf", directory.toString()));
    }
}

package io.nixfleet.agent.cycle;

import io.nixfleet.agent.activation.ActivationLimits;
import io.nixfleet.agent.activation.FakeHost;
import io.nixfleet.agent.activation.Host;
import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.controlplane.ControlPlane;
import io.nixfleet.agent.controlplane.ControlPlaneOptions;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.fetch.CacheSettings;
import io.nixfleet.agent.fetch.HttpMeans;
import io.nixfleet.agent.health.HealthChecks;
import io.nixfleet.agent.health.Verification;
import io.nixfleet.agent.metrics.AgentMetrics;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.agent.time.QuickTicks;
import io.nixfleet.agent.time.Ticks;
import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.agent.tls.TlsPaths;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;

/**
 * A host that runs {@link #old}, a control plane, and an agent's life after another upon one
 * database. What is set before a life begins counts for it.
 */
final class CycleRig implements AutoCloseable {
    static final String MACHINE = "web-1";
    private static final Vertx VERTX = Vertx.vertx();
    private static final TlsFiles TLS = tls();

    final FakeHost host;
    final ScriptedControlPlane server;
    final DirectoryStore store;
    final SetClock wallClock = new SetClock();
    final AgentMetrics metrics = new AgentMetrics(Path.of("/proc"));
    final StorePath old;
    final SystemState oldState;
    final List<String> trustedKeys = new ArrayList<>();

    Ticks ticks = new QuickTicks(20);
    InstantSource clock = wallClock;
    ActivationLimits limits =
            new ActivationLimits(
                    Duration.ofMinutes(20), Duration.ofSeconds(10), Duration.ofSeconds(60));
    boolean tolerant;
    boolean dryRun;
    long bootFloor;
    Verification.Plan verification =
            new Verification.Plan(Duration.ZERO, Duration.ofSeconds(5), Duration.ZERO);
    Optional<Duration> confirm = Optional.empty();
    Optional<URI> ownCache = Optional.empty();

    private final Path dir;
    private final ControlPlane controlPlane;
    private final List<CycleLife> lives = new ArrayList<>();

    CycleRig(Path dir) throws IOException {
        this.dir = dir;
        host = new FakeHost(dir);
        Files.writeString(host.paths.locks(), "");
        FakeHost.program(host.bin.resolve("journalctl"), "echo 'db.service failed'\n");
        server = ScriptedControlPlane.plain();
        controlPlane = new ControlPlane(VERTX, controlPlaneOptions());
        store = new DirectoryStore(host.paths);
        old = system("old", "");
        host.running(old);
        oldState = new SystemState(Optional.of(old), Optional.of(host.generation(1, old)));
        Files.writeString(
                healthConfig(),
                "{\"command\":[{\"name\":\"web\",\"command\":\"[ ! -e '%s' ]\"}]}"
                        .formatted(sickness()));
    }

    ControlPlaneOptions controlPlaneOptions() {
        return new ControlPlaneOptions(
                server.url(), MACHINE, TLS, Duration.ofSeconds(20), "test", true);
    }

    private static TlsFiles tls() {
        try {
            return TlsFiles.open(TlsPaths.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A system that becomes the running one, as they do, before its script runs. */
    StorePath system(String name, String script) throws IOException {
        return host.system(
                name,
                "case $1 in switch|test) ln -sfn '%s' '%s' ;; esac\n%s"
                        .formatted(FakeHost.path(name), host.paths.currentSystem(), script));
    }

    static DeployRequest request(StorePath system, DeployRequest.Source source) {
        return request(system, Action.SWITCH, source);
    }

    static DeployRequest request(StorePath system, Action action, DeployRequest.Source source) {
        return new DeployRequest(
                "d-" + system.name().replaceAll("[^a-z0-9]", "-"),
                system,
                Optional.empty(),
                action,
                source);
    }

    /** While this file is there, the host's only health check fails. */
    Path sickness() {
        return dir.resolve("sick");
    }

    Path healthConfig() {
        return dir.resolve("health.json");
    }

    Path agentDirectory() {
        return dir.resolve("agent");
    }

    SystemState state() throws IOException {
        return new Host(host.paths, host.commands()).state();
    }

    HostTools tools() {
        return new HostTools(host.paths, host.commands(), ticks, limits, agentDirectory());
    }

    HealthWatch health() {
        return new HealthWatch(
                healthConfig(),
                new HealthChecks.Means(
                        new ProcessRunner(),
                        Map.of("PATH", "/usr/bin:/bin"),
                        (SSLSocketFactory) SSLSocketFactory.getDefault()),
                clock,
                (_, _, _) -> {});
    }

    DeployRunner.Work work(StateStore state, HealthWatch health) {
        Optional<Duration> undoAfter = confirm.map(limit -> limit.plus(Duration.ofMinutes(10)));
        HostTools tools = tools();
        var meter = new FetchMeter();
        return new DeployRunner.Work(
                new SystemFetch(
                        new SystemFetch.Options(
                                new AgentSettings.Fetching(
                                        ownCache,
                                        trustedKeys,
                                        Optional.empty(),
                                        CacheSettings.NONE,
                                        true,
                                        store,
                                        Optional.empty()),
                                host.root,
                                new HttpMeans("nixfleet-test", Optional.empty())),
                        new ProcessRunner(),
                        host.commands().environment(),
                        _ -> meter.begin(),
                        metrics::refused),
                meter,
                new Switcher(tools, state, bootFloor, undoAfter),
                new Verifier(tools, verification, health::check, controlPlane, confirm, undoAfter),
                new Restorer(tools),
                health,
                dryRun);
    }

    ControlPlane controlPlane() {
        return controlPlane;
    }

    Path database() {
        return dir.resolve("state/state.db");
    }

    /** The agent starts, but none of its loops. */
    CycleLife live() {
        var life = new CycleLife(this);
        lives.add(life);
        return life;
    }

    @Override
    public void close() throws IOException {
        try {
            for (CycleLife life : lives) {
                life.end();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            controlPlane.close();
            server.close();
        }
    }
}

package io.nixfleet.it.simulation;

import io.nixfleet.agent.activation.ActivationLimits;
import io.nixfleet.agent.activation.HostCommands;
import io.nixfleet.agent.activation.HostPaths;
import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.controlplane.ControlPlane;
import io.nixfleet.agent.controlplane.ControlPlaneOptions;
import io.nixfleet.agent.cycle.AgentDaemon;
import io.nixfleet.agent.cycle.DaemonBuilder;
import io.nixfleet.agent.cycle.HostTools;
import io.nixfleet.agent.fetch.CacheSettings;
import io.nixfleet.agent.fetch.HttpMeans;
import io.nixfleet.agent.health.HealthChecks;
import io.nixfleet.agent.metrics.AgentMetrics;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.agent.state.QueuedReport;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.agent.time.Ticks;
import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.agent.tls.TlsPaths;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.protocol.Report;
import io.nixfleet.substituter.store.EmptyStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import javax.net.ssl.SSLSocketFactory;

/**
 * All loops of an agent, its connections, metrics and database. Its host is a directory with a link
 * to a running system; no command is ever run, so that its health is the failure of one check.
 */
final class SimulatedAgent implements AutoCloseable {
    private static final String SYSTEM =
            "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nixos-system-simulated";

    private final StateStore state;
    private final ControlPlane controlPlane;
    private final AgentDaemon daemon;

    /**
     * Where an agent lives.
     *
     * @param certificates with {@code ca.pem} and {@code ID.pem} of each machine; empty for plain
     *     HTTP
     * @param root of all agents' directories
     */
    record Place(
            URI controlPlane,
            Optional<Path> certificates,
            Path root,
            Ticks ticks,
            InstantSource clock) {
        private TlsPaths tls(String machine) {
            return certificates
                    .map(
                            directory ->
                                    new TlsPaths(
                                            Optional.of(directory.resolve("ca.pem")),
                                            Optional.of(directory.resolve(machine + ".pem")),
                                            Optional.of(directory.resolve(machine + "-key.pem"))))
                    .orElse(TlsPaths.NONE);
        }
    }

    private SimulatedAgent(StateStore state, ControlPlane controlPlane, AgentDaemon daemon) {
        this.state = state;
        this.controlPlane = controlPlane;
        this.daemon = daemon;
    }

    static SimulatedAgent create(String machine, Vertx vertx, Place place) throws IOException {
        Path directory = Files.createDirectories(place.root().resolve(machine));
        Files.createDirectories(directory.resolve("run"));
        Files.createSymbolicLink(directory.resolve("run/current-system"), Path.of(SYSTEM));
        Path healthConfig = Files.writeString(directory.resolve("health.json"), "simulated");
        Path database = directory.resolve("state.db");
        var options =
                new ControlPlaneOptions(
                        place.controlPlane(),
                        machine,
                        TlsFiles.open(place.tls(machine)),
                        ControlPlaneOptions.DEFAULT_TIMEOUT,
                        "simulated",
                        true);
        var settings =
                new AgentSettings(
                        options,
                        new AgentSettings.Polling(SimulationPlan.POLL, SimulationPlan.RETRY),
                        new AgentSettings.Reporting(SimulationPlan.HEALTH, List.of("simulated")),
                        new AgentSettings.Fetching(
                                Optional.empty(),
                                List.of(),
                                Optional.empty(),
                                CacheSettings.NONE,
                                true,
                                new EmptyStore(StoreDir.NIX_STORE),
                                Optional.empty()),
                        database,
                        true,
                        healthConfig,
                        new AgentSettings.Applying(
                                false,
                                SimulationPlan.RETRY,
                                SimulationPlan.RETRY,
                                Optional.empty(),
                                0),
                        OptionalInt.empty(),
                        Optional.empty(),
                        directory.resolve("socket"));
        StateStore state = StateStore.open(database, place.clock()).store();
        var controlPlane = new ControlPlane(vertx, options);
        return new SimulatedAgent(
                state,
                controlPlane,
                DaemonBuilder.build(parts(settings, state, controlPlane, place)));
    }

    private static DaemonBuilder.Parts parts(
            AgentSettings settings, StateStore state, ControlPlane controlPlane, Place place) {
        var runner = new ProcessRunner();
        Path directory = DaemonBuilder.directory(settings);
        ActivationLimits limits = ActivationLimits.DEFAULTS;
        return new DaemonBuilder.Parts(
                settings,
                state,
                new HostTools(
                        new HostPaths(directory),
                        new HostCommands(runner, Map.of(), limits.commands()),
                        place.ticks(),
                        limits,
                        directory),
                new HttpMeans("simulated", Optional.empty()),
                controlPlane,
                new AgentMetrics(Path.of("/proc")),
                new HealthChecks.Means(
                        runner, Map.of(), (SSLSocketFactory) SSLSocketFactory.getDefault()),
                runner,
                place.clock(),
                new Random(),
                "simulated",
                place.clock().instant());
    }

    void start() {
        daemon.start();
    }

    /** Whether a poll was answered since then, and no report waits. */
    boolean isHeardSince(Instant moment) {
        return daemon.status().lastPoll().filter(last -> !last.isBefore(moment)).isPresent()
                && state.waitingReports() == 0;
    }

    /** Ends the loops, and takes what was not sent by then. */
    List<Report> endAndTakeUnsent() {
        daemon.close();
        controlPlane.close();
        var unsent = new ArrayList<Report>();
        for (Optional<QueuedReport> next = state.oldestReport();
                next.isPresent();
                next = state.oldestReport()) {
            unsent.add(next.get().outgoing().report());
            state.sent(next.get().id());
        }
        return unsent;
    }

    @Override
    public void close() {
        daemon.close();
        controlPlane.close();
        state.close();
    }
}

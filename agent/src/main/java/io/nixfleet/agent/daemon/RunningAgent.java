package io.nixfleet.agent.daemon;

import io.nixfleet.agent.activation.ActivationLimits;
import io.nixfleet.agent.activation.HostCommands;
import io.nixfleet.agent.activation.HostPaths;
import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.controlplane.ControlPlane;
import io.nixfleet.agent.cycle.AgentDaemon;
import io.nixfleet.agent.cycle.DaemonBuilder;
import io.nixfleet.agent.cycle.HostTools;
import io.nixfleet.agent.fetch.HttpMeans;
import io.nixfleet.agent.health.HealthChecks;
import io.nixfleet.agent.health.HealthConfig;
import io.nixfleet.agent.health.HealthConfigException;
import io.nixfleet.agent.heap.IdleMemory;
import io.nixfleet.agent.metrics.AgentMetrics;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.agent.state.StateException;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.agent.systemd.ServiceNotifier;
import io.nixfleet.agent.time.Ticks;
import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.substituter.cache.http.SmallVertx;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon with all that it opened; closing it ends everything within seconds. */
public final class RunningAgent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningAgent.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    /** By then the first poll, the first reports and their code are done. */
    private static final Duration START = Duration.ofSeconds(15);

    /** A poll takes less, and what it mapped is not needed before the next. */
    private static final Duration BETWEEN_POLLS = Duration.ofSeconds(10);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final ServiceNotifier notifier;
    private AgentDaemon daemon;

    private RunningAgent(
            AgentSettings settings, String version, Time time, ServiceNotifier notifier)
            throws InterruptedException {
        this.notifier = notifier;
        this.daemon = open(settings, version, time);
    }

    /** The time that an agent lives in. */
    public record Time(Ticks ticks, InstantSource clock) {
        /** That of this machine. */
        public static final Time SYSTEM = new Time(Ticks.system(), InstantSource.system());
    }

    /**
     * Opens everything and starts.
     *
     * @throws StartException when something of it is of no use
     */
    public static RunningAgent start(AgentSettings settings, String version, Time time)
            throws InterruptedException {
        var notifier = ServiceNotifier.fromEnvironment(System.getenv());
        var agent = new RunningAgent(settings, version, time, notifier);
        agent.daemon.start();
        agent.opened.push(Heartbeat.start(notifier, agent.daemon));
        notifier.ready();
        warnOfHealthConfig(settings.healthConfig());
        agent.opened.push(IdleMemory.watch(START, BETWEEN_POLLS));
        LOG.info(
                "nixfleet-agent {} runs for machine {} at {}",
                version,
                settings.controlPlane().machineId(),
                settings.controlPlane().baseUrl());
        return agent;
    }

    /** Not the end: an agent that did not start could not bring the system that mends the file. */
    private static void warnOfHealthConfig(Path file) {
        try {
            HealthConfig.read(file);
        } catch (HealthConfigException e) {
            LOG.error("{}; until it is mended, the host counts as unhealthy", e.getMessage());
        }
    }

    private AgentDaemon open(AgentSettings settings, String version, Time time)
            throws InterruptedException {
        boolean whole = false;
        try {
            InstantSource clock = time.clock();
            StateStore state = openState(settings.database(), clock);
            Vertx vertx = SmallVertx.openForDaemon();
            opened.push(() -> close(vertx));
            var metrics = new AgentMetrics(Path.of("/proc"));
            var controlPlane = new ControlPlane(vertx, settings.controlPlane());
            opened.push(controlPlane);
            var runner = new ProcessRunner();
            var limits = ActivationLimits.DEFAULTS;
            Map<String, String> environment = System.getenv();
            AgentDaemon built =
                    DaemonBuilder.build(
                            new DaemonBuilder.Parts(
                                    settings,
                                    state,
                                    new HostTools(
                                            HostPaths.SYSTEM,
                                            new HostCommands(
                                                    runner, environment, limits.commands()),
                                            time.ticks(),
                                            limits,
                                            DaemonBuilder.directory(settings)),
                                    new HttpMeans(
                                            settings.controlPlane().userAgent(),
                                            Optional.of(vertx)),
                                    controlPlane,
                                    metrics,
                                    new HealthChecks.Means(
                                            runner,
                                            environment,
                                            socketFactory(settings.controlPlane().tls())),
                                    runner,
                                    clock,
                                    new SecureRandom(),
                                    version,
                                    clock.instant()));
            opened.push(built);
            Endpoints.open(vertx, settings, built, metrics).forEach(opened::push);
            whole = true;
            return built;
        } catch (StateException e) {
            throw new StartException(
                    String.valueOf(e.getMessage()),
                    switch (e.problem()) {
                        case LOCKED -> StartException.Kind.TAKEN;
                        case NOT_WRITABLE -> StartException.Kind.LASTING;
                        case NO_SPACE, CORRUPT, OTHER -> StartException.Kind.BROKEN;
                    },
                    e);
        } catch (Endpoints.TakenException e) {
            throw new StartException(String.valueOf(e.getMessage()), StartException.Kind.TAKEN, e);
        } catch (IllegalArgumentException | IOException e) {
            throw new StartException(
                    String.valueOf(e.getMessage()), StartException.Kind.LASTING, e);
        } finally {
            if (!whole) {
                closeAll();
            }
        }
    }

    private StateStore openState(Path file, InstantSource clock) {
        StateStore.Opened state = StateStore.open(file, clock);
        opened.push(state.store());
        state.notice().ifPresent(LOG::error);
        return state.store();
    }

    private static SSLSocketFactory socketFactory(TlsFiles tls) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    null, new TrustManager[] {tls.current().authorities().trustManager()}, null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java runtime cannot set up TLS: " + e.getMessage(), e);
        }
    }

    private static void close(Vertx vertx) throws InterruptedException {
        try {
            vertx.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("connections did not close: {}", e.toString());
        }
    }

    /** Returns when a part of the daemon broke down. */
    public String awaitBreakdown() throws InterruptedException {
        return daemon.awaitBreakdown();
    }

    @Override
    public void close() {
        notifier.stopping();
        LOG.info("stopping; a switch under way goes on and is taken up at the next start");
        closeAll();
    }

    private void closeAll() {
        boolean interrupted = Thread.interrupted();
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (Exception e) {
                LOG.warn("closing failed: {}", e.toString());
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

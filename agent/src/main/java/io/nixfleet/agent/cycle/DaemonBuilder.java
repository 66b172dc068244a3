package io.nixfleet.agent.cycle;

import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.controlplane.ControlPlane;
import io.nixfleet.agent.controlplane.PollSchedule;
import io.nixfleet.agent.deploy.DeployMachine;
import io.nixfleet.agent.deploy.DeployQueue;
import io.nixfleet.agent.fetch.FetchSources;
import io.nixfleet.agent.fetch.HttpMeans;
import io.nixfleet.agent.health.HealthChecks;
import io.nixfleet.agent.health.Verification;
import io.nixfleet.agent.metrics.AgentMetrics;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.agent.time.Jitter;
import io.nixfleet.substituter.fetch.FetchListener;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts the daemon together from what was opened for it. */
public final class DaemonBuilder {
    private static final Duration BETWEEN_ROUNDS = Duration.ofSeconds(5);

    /**
     * How long the agent may be away, as when the switch restarts it, before the timer goes off.
     */
    private static final Duration ABSENCE = Duration.ofSeconds(20);

    private DaemonBuilder() {}

    /** What the daemon works with. The caller closes it, after the daemon. */
    public record Parts(
            AgentSettings settings,
            StateStore state,
            HostTools tools,
            HttpMeans http,
            ControlPlane controlPlane,
            AgentMetrics metrics,
            HealthChecks.Means healthMeans,
            ProcessRunner runner,
            InstantSource clock,
            RandomGenerator random,
            String version,
            Instant started) {}

    public static AgentDaemon build(Parts parts) {
        AgentSettings settings = parts.settings();
        var ids = new DeploymentIds(parts.clock(), parts.random());
        var desired = new Desired(settings.polling().retry());
        var runner = new AtomicReference<@Nullable DeployRunner>();
        var queue =
                new DeployQueue(
                        () -> {
                            DeployRunner busy = runner.get();
                            if (busy != null) {
                                busy.giveWay();
                            }
                        });
        var jitter = new Jitter(parts.random());
        var reports =
                new ReportLoop(parts.state(), parts.controlPlane(), parts.tools().ticks(), jitter);
        parts.metrics().standing(new StateStanding(parts.state()));
        var machine =
                new Reporter.Machine(
                        settings.controlPlane().machineId(),
                        settings.reporting().tags(),
                        parts.version(),
                        parts.started());
        var reporter =
                new Reporter(
                        machine,
                        parts.tools(),
                        parts.state(),
                        desired,
                        parts.clock(),
                        parts.metrics()::generation,
                        reports::wake);
        var surroundings =
                new DeployRunner.Surroundings(
                        queue,
                        parts.state(),
                        parts.tools(),
                        reporter,
                        desired,
                        parts.metrics(),
                        parts.clock());
        var health =
                new HealthWatch(
                        settings.healthConfig(),
                        parts.healthMeans(),
                        parts.clock(),
                        (_, type, result) -> parts.metrics().healthCheck(type, result));
        Set<String> ownCaches = ownCaches(settings.fetching());
        parts.metrics().knows(ownCaches);
        var sights =
                new AgentDaemon.Sights(
                        new FetchMeter(), new CacheWatch(ownCaches, parts.clock()), health);
        var deploys =
                new DeployRunner(
                        new DeployMachine(settings.applying().tolerateFailedUnits()),
                        work(parts, sights, ownCaches),
                        surroundings);
        runner.set(deploys);
        var polls =
                new PollLoop(
                        parts.controlPlane(),
                        new PollSchedule(
                                settings.polling().interval(),
                                settings.polling().retry(),
                                parts.random()),
                        surroundings,
                        ids,
                        reports::tryNow);
        var healths =
                new HealthLoop(
                        health,
                        deploys,
                        reporter,
                        parts.tools().ticks(),
                        settings.reporting().healthInterval(),
                        jitter);
        return new AgentDaemon(
                machine,
                surroundings,
                new AgentDaemon.Loops(deploys, polls, healths, reports),
                sights,
                ids);
    }

    /** Their names, in the order of the options. */
    private static Set<String> ownCaches(AgentSettings.Fetching fetching) {
        return Stream.concat(fetching.cacheUrl().stream(), fetching.caches().extraCaches().stream())
                .map(FetchSources::nameOf)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static DeployRunner.Work work(
            Parts parts, AgentDaemon.Sights sights, Set<String> ownCaches) {
        AgentSettings settings = parts.settings();
        AgentSettings.Applying applying = settings.applying();
        Optional<Duration> undoAfter =
                applying.confirm()
                        .map(
                                confirm ->
                                        confirm.plus(applying.settle())
                                                .plus(applying.verify())
                                                .plus(ABSENCE));
        Function<List<URI>, FetchListener> listeners =
                asked -> {
                    FetchListener totals = sights.meter().begin();
                    FetchListener caches = sights.caches().begin(asked);
                    FetchListener fetchMetrics = parts.metrics().fetch(ownCaches);
                    var log = new FetchLog();
                    return event -> {
                        totals.on(event);
                        caches.on(event);
                        fetchMetrics.on(event);
                        log.on(event);
                    };
                };
        return new DeployRunner.Work(
                new SystemFetch(
                        new SystemFetch.Options(
                                settings.fetching(),
                                parts.tools().paths().root().resolve("nix/store"),
                                parts.http()),
                        parts.runner(),
                        parts.tools().commands().environment(),
                        listeners,
                        parts.metrics()::refused),
                sights.meter(),
                new Switcher(parts.tools(), parts.state(), applying.bootFloor(), undoAfter),
                new Verifier(
                        parts.tools(),
                        new Verification.Plan(applying.settle(), BETWEEN_ROUNDS, applying.verify()),
                        sights.health()::check,
                        parts.controlPlane(),
                        applying.confirm(),
                        undoAfter),
                new Restorer(parts.tools()),
                sights.health(),
                settings.dryRun());
    }

    /** Where the agent's own files are: beside its database. */
    public static Path directory(AgentSettings settings) {
        Path parent = settings.database().toAbsolutePath().normalize().getParent();
        return parent == null ? Path.of("/") : parent;
    }
}

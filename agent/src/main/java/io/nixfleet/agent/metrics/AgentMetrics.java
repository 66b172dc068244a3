package io.nixfleet.agent.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.CheckResult;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The agent's metrics. Safe for many threads; every method returns at once. */
public final class AgentMetrics {
    /** The phases that take time. */
    private static final Set<Phase> WORKING =
            EnumSet.complementOf(EnumSet.of(Phase.IDLE, Phase.REPORTING));

    private static final Duration[] PHASE_BUCKETS = {
        Duration.ofMillis(100),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(30)
    };

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.IDLE);
    private final AtomicReference<Double> lastPoll = new AtomicReference<>(0.0);
    private final AtomicReference<Standing> standing = new AtomicReference<>(Standing.NONE);
    private final HealthMeters health = new HealthMeters(registry);
    private final FetchMeters fetches = new FetchMeters(registry);
    private final Timer polls;
    private @Nullable Gauge generation;

    /**
     * @param proc where the kernel tells about processes, {@code /proc}
     */
    public AgentMetrics(Path proc) {
        for (Phase each : Phase.values()) {
            Gauge.builder("nixfleet.agent.state", phase, now -> now.get() == each ? 1 : 0)
                    .description("Whether the agent is in this phase of its cycle.")
                    .tag("state", each.word())
                    .register(registry);
        }
        polls =
                Timer.builder("nixfleet.agent.poll.duration")
                        .description("How long polls of the control plane took.")
                        .register(registry);
        Gauge.builder("nixfleet.agent.last.poll.timestamp", lastPoll, AtomicReference::get)
                .description("When the control plane was polled last, in Unix time.")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("nixfleet.agent.unsent.reports", () -> standing.get().unsentReports())
                .description("Reports that wait for the control plane.")
                .register(registry);
        Gauge.builder("nixfleet.agent.refused.systems", () -> standing.get().refusedSystems())
                .description("Systems that were rolled back and are refused since.")
                .register(registry);
        Gauge.builder(
                        "nixfleet.agent.needs.attention",
                        () -> standing.get().needsAttention() ? 1 : 0)
                .description("Whether the host is left alone until a person has looked at it.")
                .register(registry);
        List.of("ok", "failed").forEach(this::polls);
        OutcomeWords.ALL.forEach(this::deployments);
        WORKING.forEach(this::phases);
        for (Refused each : Refused.values()) {
            refusals(each);
        }
        new ProcessMeters(proc).bindTo(registry);
        JvmMeters.bindTo(registry);
    }

    /** The agent is in this phase now. */
    public void phase(Phase now) {
        phase.set(now);
    }

    /**
     * A poll is over.
     *
     * @param ok whether the control plane answered as it should, be it that nothing is desired
     */
    public void polled(Duration took, boolean ok, Instant when) {
        polls.record(took);
        polls(ok ? "ok" : "failed").increment();
        lastPoll.set(when.toEpochMilli() / 1000.0);
    }

    private Counter polls(String result) {
        return Counter.builder("nixfleet.agent.polls")
                .description("Polls of the control plane.")
                .tag("result", result)
                .register(registry);
    }

    /** This system runs now; the series of the former one goes. */
    public synchronized void generation(StorePath system) {
        Gauge former = generation;
        if (former != null) {
            if (system.toString().equals(former.getId().getTag("generation"))) {
                return;
            }
            registry.remove(former);
        }
        generation =
                Gauge.builder("nixfleet.agent.generation.info", () -> 1)
                        .description("The system that runs.")
                        .tag("generation", system.toString())
                        .register(registry);
    }

    /**
     * A health check is over.
     *
     * @param type {@code systemd}, {@code http} or {@code command}
     */
    public void healthCheck(String type, CheckResult result) {
        health.checked(type, result);
    }

    /** A deployment is over. */
    public void deploymentEnded(Outcome outcome) {
        deployments(outcome.word()).increment();
    }

    private Counter deployments(String outcome) {
        return Counter.builder("nixfleet.agent.deployments")
                .description("Deployments that are over.")
                .tag("outcome", outcome)
                .register(registry);
    }

    /** A phase of a deployment is over. */
    public void phaseTook(Phase which, Duration took) {
        phases(which).record(took);
    }

    private Timer phases(Phase which) {
        return Timer.builder("nixfleet.agent.phase.duration")
                .description("How long phases of deployments took.")
                .tag("phase", which.word())
                .serviceLevelObjectives(PHASE_BUCKETS)
                .register(registry);
    }

    /** Why a system is not deployed. */
    public enum Refused {
        /** What is wanted is no store path, or its cache no URL. */
        MALFORMED,
        /** It was rolled back before. */
        ROLLED_BACK,
        /** The host is left alone until a person has looked at it. */
        NEEDS_ATTENTION,
        /** It is not here, and no cache was named. */
        NO_CACHE,
        /** The store's file system, or {@code /boot}, is too full for it. */
        NO_SPACE,
        /** It is no NixOS system, or a broken one. */
        NOT_ACTIVATABLE;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A system was refused. */
    public void refused(Refused reason) {
        refusals(reason).increment();
    }

    private Counter refusals(Refused reason) {
        return Counter.builder("nixfleet.agent.refusals")
                .description("Deployments that were refused.")
                .tag("reason", reason.word())
                .register(registry);
    }

    /** Has the series of the configured caches at zero. */
    public void knows(Set<String> configuredCaches) {
        configuredCaches.forEach(fetches::knows);
    }

    /** What is asked for at each scrape, since it outlives the process. */
    public interface Standing {
        Standing NONE =
                new Standing() {
                    @Override
                    public int unsentReports() {
                        return 0;
                    }

                    @Override
                    public int refusedSystems() {
                        return 0;
                    }

                    @Override
                    public boolean needsAttention() {
                        return false;
                    }
                };

        /** How many reports wait for the control plane. */
        int unsentReports();

        /** How many systems are refused until another is wanted, or {@code retry}. */
        int refusedSystems();

        /** Whether a failed rollback waits for a person. */
        boolean needsAttention();
    }

    /** Tells at each scrape how things stand. */
    public void standing(Standing source) {
        standing.set(source);
    }

    /**
     * A fetch begins.
     *
     * @param configuredCaches the names of caches in the agent's configuration; all others, such as
     *     those that came with a deploy event, are counted as {@code other}
     * @return what counts its events
     */
    public FetchMetrics fetch(Set<String> configuredCaches) {
        return new FetchMetrics(fetches, configuredCaches);
    }

    /** The text for Prometheus, format 0.0.4. */
    public String scrape() {
        return registry.scrape();
    }

    /** So that each series is there, at zero, before its first deployment. */
    private static final class OutcomeWords {
        static final List<String> ALL =
                List.of(
                        new Outcome.Deployed("").word(),
                        new Outcome.AlreadyRunning("").word(),
                        new Outcome.DryRun("").word(),
                        new Outcome.Failed("").word(),
                        new Outcome.Superseded("").word(),
                        new Outcome.RolledBack("").word(),
                        new Outcome.RollbackFailed("").word());
    }
}

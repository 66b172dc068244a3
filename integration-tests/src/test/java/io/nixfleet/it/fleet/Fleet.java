package io.nixfleet.it.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fleet.ControlPlaneHost.Received;
import io.nixfleet.it.host.Await;
import io.nixfleet.it.host.Images;
import io.nixfleet.it.host.Network;
import io.nixfleet.it.host.Recipe;
import io.nixfleet.it.host.SystemHost;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.report.Timeline;
import io.nixfleet.it.server.Prometheus;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Hosts, caches, a control plane and a Prometheus on one network. */
final class Fleet implements AutoCloseable {
    private final Systems systems;
    private final Supplier<Timeline> timeline;
    private final FleetCertificates certificates = FleetCertificates.create("fleet authority");
    private final Map<String, FleetHost> hosts = new LinkedHashMap<>();
    private final Map<String, Integer> marks = new ConcurrentHashMap<>();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final ControlPlaneHost controlPlane;
    private final CacheHost cache;
    private final Optional<CacheHost> upstream;
    private final Prometheus prometheus;

    /**
     * What a fleet is made of.
     *
     * @param upstream whether hosts have a substituter besides the fleet's cache
     */
    record Plan(List<FleetHost.Plan> hosts, boolean upstream) {
        static Plan of(FleetHost.Plan... hosts) {
            return new Plan(List.of(hosts), false);
        }

        Plan withUpstream() {
            return new Plan(hosts, true);
        }
    }

    private Fleet(Plan plan, Systems systems, Supplier<Timeline> timeline) throws IOException {
        this.systems = systems;
        this.timeline = timeline;
        try (var boots = Executors.newVirtualThreadPerTaskExecutor()) {
            Network network = open(Network.create());
            Network.Place placeOfControlPlane = network.place("control-plane");
            Network.Place placeOfCache = network.place("cache");
            Future<ControlPlaneHost> startedControlPlane =
                    start(boots, () -> ControlPlaneHost.start(placeOfControlPlane, certificates));
            Future<CacheHost> startedCache =
                    start(boots, () -> CacheHost.boot(placeOfCache, systems.fleetCaches()));
            Optional<Future<CacheHost>> startedUpstream =
                    plan.upstream()
                            ? Optional.of(
                                    start(
                                            boots,
                                            () ->
                                                    CacheHost.boot(
                                                            network.place("upstream"),
                                                            systems.upstream().directory())))
                            : Optional.empty();
            var startedHosts = new LinkedHashMap<FleetHost.Plan, Future<SystemHost>>();
            for (FleetHost.Plan host : plan.hosts()) {
                Network.Place place = network.place(host.name());
                startedHosts.put(host, start(boots, () -> boot(host, place, plan.upstream())));
            }
            controlPlane = started(startedControlPlane);
            cache = started(startedCache);
            upstream = startedUpstream.map(Fleet::started);
            for (var started : startedHosts.entrySet()) {
                add(started(started.getValue()), started.getKey().settings());
            }
            Path directory = Files.createTempDirectory("nixfleet-prometheus-");
            opened.push(() -> Commands.run(List.of("rm", "-rf", directory.toString())));
            var targets = new LinkedHashMap<String, String>();
            hosts.values().forEach(host -> targets.put(host.name(), host.metricsTarget()));
            prometheus = open(Prometheus.scraping(targets, directory));
            var watch = open(new Watch(timeline, systems::variant));
            targets.forEach(watch::look);
        } catch (IOException | RuntimeException | Error e) {
            try {
                close();
            } catch (AssertionError atTheEnd) {
                e.addSuppressed(atTheEnd);
            }
            throw e;
        }
    }

    static Fleet open(Plan plan, Systems systems, Supplier<Timeline> timeline) throws IOException {
        return new Fleet(plan, systems, timeline);
    }

    private SystemHost boot(FleetHost.Plan host, Network.Place place, boolean withUpstream) {
        String conf =
                SystemHost.Setup.trusting(
                                systems.fleet().key().publicKey(),
                                systems.upstream().key().publicKey())
                        + (withUpstream ? "substituters = http://upstream\n" : "");
        return SystemHost.boot(
                new SystemHost.Setup(
                        host.name(), Images.host(host.nix()), conf, Optional.of(place), Map.of()));
    }

    private void add(SystemHost host, Map<String, Object> settings) {
        timeline.get().host(host.name());
        FleetHost member = FleetHost.install(host, controlPlane.uri(), certificates, settings);
        hosts.put(member.name(), member);
    }

    /** Whatever becomes of the others, it is closed with the fleet. */
    private <T extends AutoCloseable> Future<T> start(
            ExecutorService threads, Callable<T> starting) {
        Future<T> started = threads.submit(starting);
        opened.push(
                () -> {
                    try {
                        started.get().close();
                    } catch (ExecutionException _) {
                        // It never was; that was told where it was wanted.
                    }
                });
        return started;
    }

    private static <T> T started(Future<T> started) {
        try {
            return started.get();
        } catch (ExecutionException e) {
            throw new AssertionError("the fleet does not start", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private <T extends AutoCloseable> T open(T part) {
        opened.push(part);
        return part;
    }

    FleetHost host(String name) {
        return Objects.requireNonNull(hosts.get(name), name);
    }

    List<FleetHost> hosts() {
        return List.copyOf(hosts.values());
    }

    List<String> names() {
        return List.copyOf(hosts.keySet());
    }

    ControlPlaneHost controlPlane() {
        return controlPlane;
    }

    CacheHost cache() {
        return cache;
    }

    CacheHost upstream() {
        return upstream.orElseThrow();
    }

    FleetCertificates certificates() {
        return certificates;
    }

    Prometheus prometheus() {
        return prometheus;
    }

    /** A sound system of one host. */
    StorePath system(FleetHost host, String variant) {
        return system(host, variant, UnaryOperator.identity());
    }

    /**
     * A system of one host.
     *
     * @param variant what tells it from the host's other systems
     * @param change what makes it other than sound
     */
    StorePath system(FleetHost host, String variant, UnaryOperator<Recipe> change) {
        return systems.system(change.apply(Recipe.sound(host.name() + "-" + variant)));
    }

    /** Starts all agents. */
    void start() {
        hosts.values().forEach(host -> host.agent().start());
    }

    /** Wants a system of a host, from the fleet's cache. */
    void desire(FleetHost host, StorePath system) {
        desire(host, system, cache.uri(Systems.WHOLE));
    }

    void desire(FleetHost host, StorePath system, URI from) {
        mark(host);
        controlPlane.desire(host.name(), system, from);
        note(host, "%s is wanted".formatted(variant(host, system)));
    }

    /** What is waited for from now on is to come later than what the host has said by now. */
    void mark(FleetHost host) {
        marks.put(host.name(), controlPlane.reports(host.name()).size());
    }

    /** What a host has said since the last {@link #mark}, which each {@link #desire} is, too. */
    List<Received> since(FleetHost host) {
        List<Received> all = controlPlane.reports(host.name());
        return all.subList(marks.getOrDefault(host.name(), 0), all.size());
    }

    private String variant(FleetHost host, StorePath system) {
        return systems.variant(host.name(), system.toString()).orElse(system.name());
    }

    /** Brings each host to its own sound system of this variant, if it is not there. */
    void bringTo(String variant) {
        for (FleetHost host : hosts()) {
            desire(host, system(host, variant));
        }
        for (FleetHost host : hosts()) {
            StorePath system = system(host, variant);
            Await.until(
                    () ->
                            "%s is at rest with %s: %s"
                                    .formatted(host.name(), system, host.agent().status()),
                    Await.LIMIT,
                    () -> isAtRest(host, system));
            assertAgree(host, system);
        }
    }

    private static boolean isAtRest(FleetHost host, StorePath system) {
        return host.agent()
                .status()
                .filter(status -> status.path("phase").asText().equals("idle"))
                .filter(status -> status.path("desired").asText().equals(system.toString()))
                .filter(status -> status.at("/current/running").asText().equals(system.toString()))
                .isPresent();
    }

    void note(FleetHost host, String text) {
        timeline.get().note(host.name(), Instant.now(), text);
    }

    /** As a step of the whole fleet. */
    void note(String text) {
        timeline.get().note("", Instant.now(), text);
    }

    void fault(String host, String text) {
        timeline.get().fault(host, Instant.now(), text);
    }

    void mended(String host, String text) {
        timeline.get().mended(host, Instant.now(), text);
    }

    /** Waits until a host runs a system and has said so; holds that against the host. */
    Received assertRuns(FleetHost host, StorePath system) {
        Received report = awaitReport(host, system, "deployed"::equals);
        assertThat(report.success()).isTrue();
        assertThat(report.report().at("/health/all_passed").asBoolean()).isTrue();
        assertAgree(host, system);
        note(host, "runs %s, and said so".formatted(variant(host, system)));
        return report;
    }

    /** Waits until a host has rolled back to a system and said so; holds that against the host. */
    Received assertRolledBackTo(FleetHost host, StorePath system) {
        Received report = awaitReport(host, system, message -> message.startsWith("rolled back: "));
        assertThat(report.success()).isFalse();
        assertAgree(host, system);
        note(host, "rolled back to %s, and said so".formatted(variant(host, system)));
        return report;
    }

    /** The first report since the last {@link #mark} that says so of a system. */
    private Received awaitReport(FleetHost host, StorePath system, Predicate<String> message) {
        return controlPlane.awaitReport(
                host.name(),
                "such a one of " + system,
                marks.getOrDefault(host.name(), 0),
                report ->
                        message.test(report.message())
                                && report.generation().equals(system.toString()));
    }

    /** Profile, running system, boot default, store and metrics all say this system, at rest. */
    void assertAgree(FleetHost member, StorePath system) {
        member.agent().awaitPhase("idle");
        SystemHost host = member.host();
        assertThat(host.currentSystem()).contains(system);
        assertThat(host.profileSystem()).contains(system);
        assertThat(host.read("/boot/default").strip()).isEqualTo(system.toString());
        assertThat(host.run("nix-store", "--query", "--requisites", system.toString()))
                .contains(system.toString());
        host.run("nix-store", "--verify-path", system.toString());
        assertThat(host.failedDeployUnits()).isBlank();
        awaitMetrics(member, system);
    }

    private void awaitMetrics(FleetHost member, StorePath system) {
        String generation =
                "nixfleet_agent_generation_info{instance=\"%s\"} == 1".formatted(member.name());
        Await.until(
                () ->
                        "Prometheus has %s of %s: %s"
                                .formatted(
                                        system,
                                        member.name(),
                                        prometheus.labels(generation, "generation")),
                Await.LIMIT,
                () ->
                        prometheus
                                .labels(generation, "generation")
                                .equals(Set.of(system.toString())));
        awaitMetric("nixfleet_agent_state{instance=\"%s\",state=\"idle\"}", member, 1);
    }

    /** Waits until Prometheus has this value of a host's series, named with {@code %s} for it. */
    void awaitMetric(String series, FleetHost member, double value) {
        String expression = series.formatted(member.name());
        Await.until(
                () -> "%s is %s: %s".formatted(expression, value, prometheus.query(expression)),
                Await.LIMIT,
                () -> prometheus.query(expression).equals(Optional.of(value)));
    }

    /** Writes down what all its parts logged, for people. */
    void dump(Path directory) throws IOException {
        for (FleetHost member : hosts()) {
            member.host().dump(directory.resolve(member.name()));
        }
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("control-plane.txt"), controlPlane.log());
        Files.writeString(directory.resolve("reports.txt"), reports());
    }

    private String reports() {
        var text = new StringBuilder();
        for (String name : names()) {
            for (Received received : controlPlane.reports(name)) {
                text.append(name).append(' ').append(received).append('\n');
            }
        }
        return text.toString();
    }

    @Override
    public void close() {
        var failure = new AssertionError("the fleet does not end");
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception | Error e) {
                failure.addSuppressed(e);
            }
        }
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }
}

package io.nixfleet.it.simulation;

import io.nixfleet.agent.time.QuickTicks;
import io.nixfleet.it.host.Await;
import io.nixfleet.protocol.Report;
import io.nixfleet.substituter.cache.http.SmallVertx;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * All agents, as a process of their own that does what its standard input says and ends with it.
 *
 * <pre>
 * FleetProcess URL AGENTS FACTOR ROOT [CERTIFICATES]
 *
 * warm     ─→ warm                 some agents came and went: all code has run
 * memory   ─→ memory HEAP RSS      bytes, after garbage was collected
 * prepare  ─→ prepared             all agents are there
 * start    ─→ started MICROS       all at once; since 1970
 * settle   ─→ settled MICROS       all polls were answered, and no report waits
 * resettle ─→ settled MICROS       the same for polls from now on
 * end      ─→ ended                ROOT/outboxes says what each queued and did not send
 * </pre>
 */
final class FleetProcess {
    /** An agent has an event loop of its own, whose thread would weigh more than the agent. */
    private static final int LOOPS = 2;

    private static final Duration WARM_LIMIT = Duration.ofSeconds(60);

    /** Beyond the longest retry, even where no time is scaled. */
    private static final Duration SETTLE_LIMIT = Duration.ofMinutes(7);

    private final SimulatedAgent.Place place;
    private final int count;
    private final List<Vertx> loops =
            IntStream.range(0, LOOPS).mapToObj(_ -> SmallVertx.openForDaemon()).toList();
    private final List<SimulatedAgent> agents = new ArrayList<>();

    private FleetProcess(SimulatedAgent.Place place, int count) {
        this.place = place;
        this.count = count;
    }

    public static void main(String[] args) throws Exception {
        int factor = Integer.parseInt(args[2]);
        var ticks = new QuickTicks(factor);
        Instant began = Instant.now();
        InstantSource clock = () -> began.plus(ticks.now());
        var place =
                new SimulatedAgent.Place(
                        URI.create(args[0]),
                        args.length > 4 ? Optional.of(Path.of(args[4])) : Optional.empty(),
                        Path.of(args[3]),
                        ticks,
                        clock);
        var process = new FleetProcess(place, Integer.parseInt(args[1]));
        try (var input =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                System.out.println(process.perform(line));
            }
        }
        // Event loops of 2,000 clients need not be ended one by one.
        Runtime.getRuntime().halt(0);
    }

    private String perform(String command) throws Exception {
        return switch (command) {
            case "warm" -> warm();
            case "memory" -> memory();
            case "prepare" -> prepare();
            case "start" -> start();
            case "settle" -> settle(Instant.EPOCH);
            case "resettle" -> settle(place.clock().instant());
            case "end" -> end();
            default -> throw new IllegalArgumentException("no such command: " + command);
        };
    }

    private String warm() throws InterruptedException, ExecutionException {
        List<SimulatedAgent> some = create(SimulationPlan.WARMERS, SimulationPlan::warmer);
        inParallel(some, SimulatedAgent::start);
        awaitHeard(some, Instant.EPOCH, WARM_LIMIT);
        inParallel(some, SimulatedAgent::close);
        return "warm";
    }

    private String settle(Instant since) {
        awaitHeard(agents, since, SETTLE_LIMIT);
        return "settled " + now();
    }

    /** Until each has polled since then, and told what it had to tell. */
    private static void awaitHeard(List<SimulatedAgent> some, Instant since, Duration limit) {
        for (SimulatedAgent agent : some) {
            Await.until("an agent is heard", limit, () -> agent.isHeardSince(since));
        }
    }

    private static long now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    private static String memory() throws IOException {
        // Twice: what a cleaner lets go of is garbage only then.
        System.gc();
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        long kibibytes =
                Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .sum();
        return "memory %d %d".formatted(heap, kibibytes * 1024);
    }

    private String prepare() throws InterruptedException, ExecutionException {
        agents.addAll(create(count, SimulationPlan::machine));
        return "prepared";
    }

    private List<SimulatedAgent> create(int howMany, IntFunction<String> name)
            throws InterruptedException, ExecutionException {
        return inParallel(
                IntStream.range(0, howMany).boxed().toList(),
                (Integer i) -> SimulatedAgent.create(name.apply(i), loops.get(i % LOOPS), place));
    }

    private String start() throws InterruptedException, ExecutionException {
        long before = now();
        inParallel(agents, SimulatedAgent::start);
        return "started " + before;
    }

    private String end() throws IOException, InterruptedException, ExecutionException {
        List<List<Report>> unsent = inParallel(agents, SimulatedAgent::endAndTakeUnsent);
        var lines = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            var line = new StringBuilder(SimulationPlan.machine(i) + "\t" + everQueued(i));
            for (Report report : unsent.get(i)) {
                String name = Outbox.name(report.timestamp().toString(), report.message());
                line.append('\t').append(name);
            }
            lines.add(line.toString());
        }
        Files.write(place.root().resolve("outboxes"), lines);
        return "ended";
    }

    /** How many reports went through an outbox: SQLite counts them for its keys. */
    private long everQueued(int agent) {
        Path database = place.root().resolve(SimulationPlan.machine(agent)).resolve("state.db");
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                var statement = connection.createStatement();
                var rows =
                        statement.executeQuery(
                                "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")) {
            return rows.next() ? rows.getLong(1) : 0;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Task<A, R> {
        R of(A subject) throws IOException;
    }

    private interface Act<A> {
        void on(A subject);
    }

    private static <A> void inParallel(List<A> subjects, Act<A> act)
            throws InterruptedException, ExecutionException {
        inParallel(
                subjects,
                (A subject) -> {
                    act.on(subject);
                    return subject;
                });
    }

    private static <A, R> List<R> inParallel(List<A> subjects, Task<A, R> task)
            throws InterruptedException, ExecutionException {
        var tasks = new ArrayList<Callable<R>>();
        subjects.forEach(subject -> tasks.add(() -> task.of(subject)));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = new ArrayList<R>();
            for (Future<R> future : threads.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        }
    }
}

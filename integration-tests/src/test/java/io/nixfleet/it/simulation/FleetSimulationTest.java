package io.nixfleet.it.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.report.RunDirectory;
import io.nixfleet.it.report.Timeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * A fleet that starts at once, and whose control plane is killed and comes back. By default a small
 * one; benchmarks/simulation.sh runs a large one, for its figures.
 */
class FleetSimulationTest {
    private static final long KIB = 1024;

    /** In seconds. */
    private static final double LONGEST_RETRY = 300;

    /** Real seconds that a busy machine may add to anything. */
    private static final double HICCUP = 10;

    /** Real seconds of such a machine that an agent's two handshakes may take from the others. */
    private static final double HANDSHAKES = 0.02;

    @TempDir(factory = Memory.class)
    private static Path directory;

    /** The first of a test; the report of the run has it. */
    private static final AtomicReference<String> FAILURE = new AtomicReference<>("");

    @RegisterExtension
    static final AfterTestExecutionCallback FAILURES =
            context ->
                    context.getExecutionException()
                            .map(Throwable::toString)
                            .ifPresent(failure -> FAILURE.compareAndSet("", failure));

    private static final SimulationPlan PLAN = SimulationPlan.fromProperties();
    private static Timeline timeline;
    private static Observations seen;
    private static Figures figures;

    /** A database waits for its disk after each change, and here are all of the fleet's. */
    static final class Memory implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
                throws IOException {
            Path memory = Path.of("/dev/shm");
            return Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "nixfleet-simulation-")
                    : Files.createTempDirectory("nixfleet-simulation-");
        }
    }

    @BeforeAll
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    static void simulate() throws Exception {
        timeline =
                Timeline.begin(
                        "A control plane and its fleet restart",
                        "%d agents of one process start at once; later their control plane is killed, and comes back."
                                .formatted(PLAN.agents()));
        seen = Simulation.run(PLAN, directory);
        figures = new Figures(seen);
        draw(seen.moments());
        Files.writeString(Path.of("target/simulation.md"), figures.table());
    }

    private static void draw(Observations.Moments moments) {
        String host = "control plane";
        timeline.host(host);
        timeline.phase(host, at(moments.started()), "up");
        timeline.note("", at(moments.started()), "all agents start");
        timeline.note("", at(moments.settled()), "all have been answered");
        timeline.phase(host, at(moments.killed()), "down");
        timeline.fault(host, at(moments.killed()), "the control plane is killed");
        timeline.phase(host, at(moments.back()), "up");
        timeline.mended(host, at(moments.back()), "it is back");
        timeline.note("", at(moments.resettled()), "all have been answered again");
    }

    private static Instant at(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    @AfterAll
    static void report() {
        if (timeline != null) {
            String failure = seen == null ? "it did not come to its end" : FAILURE.get();
            timeline.ended(Optional.of(failure).filter(text -> !text.isEmpty()));
            RunDirectory.add(timeline);
        }
    }

    /** The most even minute once all have polled: another one may have had a hiccup. */
    private static double mostEven(Rates rates) {
        double from = figures.untilSettled();
        double end = figures.untilKilled();
        return IntStream.range(0, (int) ((end - from) / 60))
                .mapToDouble(i -> rates.peakRatio(from + i * 60, from + i * 60 + 60, 10))
                .min()
                .orElseThrow();
    }

    private static double withHiccup(double seconds) {
        return seconds + HICCUP * PLAN.factor();
    }

    @Test
    void pollsAndReportsAreSpreadThoughAllAgentsStartedAtOnce() {
        // In step, with intervals that are off by a tenth, it is about 3 for seven minutes.
        assertThat(mostEven(seen.afterStart(Arrival.Kind.POLL))).isLessThan(2);
        assertThat(mostEven(seen.afterStart(Arrival.Kind.REPORT))).isLessThan(2);
        assertThat(figures.longestPause()).isLessThan(withHiccup(66));
    }

    @Test
    void anAgentKeepsAConnectionOrTwo() {
        assertThat(figures.connectionsPerAgent()).isBetween(0.9, 2.0);
    }

    @Test
    void anAgentTakesLittleMemoryBesideTheProcess() {
        assertThat(figures.heapPerAgent()).isLessThan(512 * KIB);
        assertThat(figures.residentPerAgent()).isLessThan(3072 * KIB);
    }

    @Test
    void noHerdComesWhenTheControlPlaneIsBack() {
        double end = figures.afterReturn();

        assertThat(seen.afterReturn(Arrival.Kind.CONNECTED).peak(0, end, 10))
                .isLessThan(PLAN.agents());
        // All at once it would be 6, and as many times for each report that waited.
        assertThat(seen.afterReturn(Arrival.Kind.POLL).peakRatio(0, end, 10)).isLessThan(4);
        double reports = figures.away() / SimulationPlan.HEALTH.toSeconds() + 2;
        assertThat(seen.afterReturn(Arrival.Kind.REPORT).peakRatio(0, end, 10))
                .isLessThan(3 * reports);
    }

    @Test
    void everyAgentPollsAgainWithinTheLongestRetry() {
        assertThat(figures.lastFirstPoll())
                .isLessThan(withHiccup(LONGEST_RETRY) + HANDSHAKES * PLAN.agents() * PLAN.factor());
    }

    @Test
    void everyReportArrivesOnceAndInOrder() {
        Deliveries deliveries = figures.deliveries();

        assertThat(deliveries.queued()).isGreaterThan(PLAN.agents() * 5L);
        assertThat(deliveries.lost()).isZero();
        assertThat(deliveries.repeated()).isZero();
        assertThat(deliveries.disordered()).isZero();
        assertThat(deliveries.unanswered()).isLessThan(PLAN.agents() / 5);
    }
}

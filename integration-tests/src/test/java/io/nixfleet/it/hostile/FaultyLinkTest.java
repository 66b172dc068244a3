package io.nixfleet.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.cache.ManyPaths;
import io.nixfleet.testing.cache.ServedClosure;
import io.nixfleet.testing.fault.Fault;
import io.nixfleet.testing.fault.FaultProxy;
import io.nixfleet.testing.fault.FaultScript;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The link between the program and its cache breaks in every way. */
class FaultyLinkTest {
    private static final int PATHS = 40;
    private static final long SEEDS = Long.getLong("nixfleet.fault.seeds", 3);

    private static final Set<String> FAILURES =
            Set.of("absent", "refused", "unreachable", "storeFailed", "blocked");

    private ManyPaths closure;
    private FaultProxy proxy;

    @BeforeEach
    void serve() {
        closure = ManyPaths.start(41, PATHS, 20_000);
        proxy = FaultProxy.before(closure.server().uri());
    }

    @AfterEach
    void stop() {
        proxy.close();
        closure.close();
    }

    static LongStream seeds() {
        return LongStream.range(0, SEEDS);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void takesWhatItCanOverALinkOfRandomFaultsAndLaterTheRest(long seed) throws Exception {
        proxy.follow(FaultScript.random(seed, 5, Duration.ofMillis(50)));
        try (Host host = Host.with(NixInstallation.nix28(), closure, proxy.uri())) {
            AgentProgram.Run run = host.fetch("--json");

            assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isIn(0, 3, 4, 5);
            Host.assertNoStackTrace(run);
            List<Member> missing = host.missing();
            assertTold(run, missing);
            assertThat(run.exitCode() == 0).isEqualTo(missing.isEmpty());
            host.assertNothingRuns();

            proxy.follow(FaultScript.NONE);
            if (!missing.isEmpty()) {
                host.assertCompletes(missing);
            }
            host.assertHolds(closure.members());
            host.assertNoLeftovers(closure.members());
        }
    }

    /** The outcome lists what is missing, or the top alone if nothing is known of what it needs. */
    private void assertTold(AgentProgram.Run run, List<Member> missing) throws IOException {
        List<String> failed =
                StreamSupport.stream(run.json().get("paths").spliterator(), false)
                        .filter(path -> FAILURES.contains(path.get("result").asText()))
                        .map(path -> path.get("path").asText())
                        .toList();
        assertThat(run.json().at("/totals/failed").asInt()).isEqualTo(failed.size());
        String top = closure.top().path().toString();
        if (missing.size() == closure.members().size() && failed.equals(List.of(top))) {
            assertThat(run.json().at("/paths/0/reason").asText())
                    .containsPattern("\\.narinfo|nix-cache-info");
        } else {
            assertThat(failed)
                    .containsExactlyInAnyOrderElementsOf(
                            missing.stream().map(member -> member.path().toString()).toList());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 10_000})
    void completesThoughEveryAnswerIsCutOnce(int at) throws Exception {
        proxy.follow(FaultScript.first(1, "", new Fault.Cut(at)));

        assertCompletes();
    }

    @Test
    void completesThoughEveryKeptConnectionCloses() throws Exception {
        proxy.follow(FaultScript.always("", new Fault.CloseKeptConnection()));

        assertCompletes();
    }

    @Test
    void completesThoughAnswersComeLate() throws Exception {
        proxy.follow(FaultScript.always("", new Fault.Delay(30, Duration.ofMillis(200))));

        assertCompletes();
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void completesThoughTheCacheIsBusyAtFirst(int status) throws Exception {
        proxy.follow(FaultScript.first(2, "nar", new Fault.Status(status)));

        assertCompletes();
    }

    @Test
    void waitsAsLongAsABusyCacheAsks() throws Exception {
        String narInfo = ServedClosure.narInfoFile(closure.top());
        proxy.follow(FaultScript.first(1, narInfo, new Fault.Status(503, "Retry-After: 3")));
        long started = System.nanoTime();

        assertCompletes();

        assertThat(Duration.ofNanos(System.nanoTime() - started))
                .isGreaterThan(Duration.ofSeconds(3));
    }

    @Test
    void asksAgainInTheNextRunForWhatWasAbsent() throws Exception {
        String narInfo = ServedClosure.narInfoFile(closure.top());
        proxy.follow(FaultScript.first(1, narInfo, new Fault.Status(404)));
        try (Host host = Host.with(NixInstallation.nix28(), closure, proxy.uri())) {
            AgentProgram.Run run = host.fetch();

            assertThat(run.exitCode()).as(run.stderr()).isEqualTo(3);
            assertThat(requests(narInfo)).as("404 is never tried again").isEqualTo(1);

            host.assertCompletes(closure.members());
        }
    }

    private long requests(String file) {
        return proxy.passed().stream().filter(passed -> passed.path().equals(file)).count();
    }

    private void assertCompletes() throws Exception {
        try (Host host = Host.with(NixInstallation.nix28(), closure, proxy.uri())) {
            AgentProgram.Run run = host.fetch("--json");

            assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isZero();
            host.assertHolds(closure.members());
            host.assertNoLeftovers(closure.members());
            host.assertNothingRuns();
        }
    }
}

package io.nixfleet.substituter.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.cache.ServedClosure;
import io.nixfleet.testing.fault.Fault;
import io.nixfleet.testing.fault.FaultProxy;
import io.nixfleet.testing.fault.FaultScript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each fault of a link, at bytes all over an answer: in the head, between head and body, in it. */
@Timeout(180)
class FaultSweepTest {
    private static final int NARINFO_BYTES = 900;
    private static final int NAR_BYTES = 3300;
    private static final int STEP = 291;

    @TempDir Path directory;
    private ServedClosure closure;
    private FaultProxy proxy;

    @BeforeEach
    void start() {
        closure = ServedClosure.start(31);
        proxy = FaultProxy.before(closure.server().uri());
    }

    @AfterEach
    void stop() {
        proxy.close();
        closure.close();
    }

    static Stream<Arguments> passing() {
        Duration pause = Duration.ofMillis(5);
        return Stream.of(
                Arguments.of("cut", (LongFunction<Fault>) Fault.Cut::new),
                Arguments.of("reset", (LongFunction<Fault>) Fault.Reset::new),
                Arguments.of("delay", (LongFunction<Fault>) at -> new Fault.Delay(at, pause)),
                Arguments.of("no answer", (LongFunction<Fault>) _ -> new Fault.NoAnswer()),
                Arguments.of("closed", (LongFunction<Fault>) _ -> new Fault.CloseKeptConnection()),
                Arguments.of("503", (LongFunction<Fault>) _ -> new Fault.Status(503)));
    }

    /** What happens once costs an attempt and nothing else. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("passing")
    void mendsWhatBreaksOnce(String name, LongFunction<Fault> fault) throws Exception {
        for (String file : List.of("narinfo", "nar/")) {
            for (long at : positions(file)) {
                proxy.follow(FaultScript.first(1, file, fault.apply(at)));
                Path store = directory.resolve(file.replace("/", "") + at);
                try (var bench = FetchBench.in(store)) {
                    FetchOutcome outcome = bench.fetch(closure, proxy.uri());

                    assertThat(outcome)
                            .as("%s at byte %d of %s", name, at, file)
                            .isInstanceOf(FetchOutcome.Complete.class);
                    bench.assertHolds(closure.members());
                }
            }
        }
    }

    /** Corrupt bytes are refused or made up for, and never end in the store. */
    @ParameterizedTest(name = "bits {0}")
    @MethodSource("bits")
    void importsNothingCorrupt(int bits) throws Exception {
        for (String file : List.of("narinfo", "nar/")) {
            for (long at : positions(file)) {
                proxy.follow(FaultScript.always(file, new Fault.Corrupt(at, bits)));
                Path store = directory.resolve(file.replace("/", "") + at);
                try (var bench = FetchBench.impatient(store)) {
                    FetchOutcome outcome = bench.fetch(closure, proxy.uri());

                    assertThat(outcome.failures())
                            .as("corrupt at byte %d of %s", at, file)
                            .allSatisfy(failure -> assertThat(failure.reason()).isNotEmpty());
                    bench.assertHolds(valid(outcome));
                    proxy.follow(FaultScript.NONE);

                    assertThat(bench.fetch(closure, proxy.uri()))
                            .isInstanceOf(FetchOutcome.Complete.class);
                    bench.assertHolds(closure.members());
                }
            }
        }
    }

    private List<Member> valid(FetchOutcome outcome) {
        var paths =
                outcome.results().stream()
                        .filter(PathResult.Valid.class::isInstance)
                        .map(PathResult::path)
                        .toList();
        return closure.members().stream().filter(member -> paths.contains(member.path())).toList();
    }

    static Stream<Integer> bits() {
        return Stream.of(1, 0x20, 0xff);
    }

    private static List<Long> positions(String file) {
        int length = file.equals("narinfo") ? NARINFO_BYTES : NAR_BYTES;
        return Stream.iterate(0L, at -> at < length, at -> at + (at < 100 ? 13 : STEP)).toList();
    }
}

package io.nixfleet.substituter.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.ServedClosure;
import io.nixfleet.testing.cache.Spoilage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A fleet's cache that lacks or spoils paths, and an upstream that only a fallback can reach. */
class FallbackTest {
    @TempDir private Path directory;
    private FetchBench bench;
    private ServedClosure fleet;
    private ServedClosure upstream;
    private Upstream fallback;

    /** Brings whole closures from the upstream server into the same store. */
    private final class Upstream implements Fallback {
        private final List<List<StorePath>> asked = new CopyOnWriteArrayList<>();
        private final CountDownLatch begun = new CountDownLatch(1);
        private CountDownLatch mayBring = new CountDownLatch(0);

        @Override
        public String name() {
            return "upstream";
        }

        @Override
        public List<String> bring(Collection<StorePath> paths, FetchListener listener)
                throws InterruptedException {
            asked.add(List.copyOf(paths));
            begun.countDown();
            assertThat(mayBring.await(1, TimeUnit.MINUTES)).isTrue();
            try (var own = FetchBench.in(directory);
                    Substitution substitution =
                            own.substituter(upstream, upstream.server().uri()).open()) {
                FetchOutcome outcome = substitution.fetch(paths);
                return outcome.failures().stream()
                        .map(failure -> failure.path().baseName() + " is nowhere")
                        .toList();
            } catch (StoreException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Brings nothing, and ends when it is interrupted. */
    private record Endless(CountDownLatch begun, CountDownLatch ended) implements Fallback {
        @Override
        public String name() {
            return "endless";
        }

        @Override
        public List<String> bring(Collection<StorePath> paths, FetchListener listener)
                throws InterruptedException {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
                return List.of();
            } finally {
                ended.countDown();
            }
        }
    }

    @BeforeEach
    void start() {
        bench = FetchBench.in(directory);
        // The same seed: the same paths under the same key.
        fleet = ServedClosure.start(5);
        upstream = ServedClosure.start(5);
        fallback = new Upstream();
        bench.fallbacks(fallback);
    }

    @AfterEach
    void stop() {
        bench.close();
        fleet.close();
        upstream.close();
    }

    private static PathResult.Realised realised(FetchOutcome outcome, Member member) {
        PathResult result = FetchBench.result(outcome, member);
        assertThat(result).isInstanceOf(PathResult.Realised.class);
        return (PathResult.Realised) result;
    }

    private void assertNativelyFetched(FetchOutcome outcome, Member... members) {
        for (Member member : members) {
            assertThat(FetchBench.result(outcome, member)).isInstanceOf(PathResult.Fetched.class);
        }
    }

    @Test
    void bringsTheAbsentPathsAndNoOthers() throws Exception {
        fleet.answerNarInfo(fleet.leaf(), Answers.status(404));
        fleet.answerNarInfo(fleet.otherLeaf(), Answers.status(404));

        FetchOutcome outcome = bench.fetch(fleet);

        assertThat(outcome).isInstanceOf(FetchOutcome.Complete.class);
        assertThat(realised(outcome, fleet.leaf()).reason()).contains("does not have it");
        realised(outcome, fleet.otherLeaf());
        assertNativelyFetched(outcome, fleet.app(), fleet.top());
        assertThat(fallback.asked.stream().flatMap(List::stream))
                .containsExactlyInAnyOrder(fleet.leaf().path(), fleet.otherLeaf().path());
        bench.assertHolds(fleet.members());
    }

    @Test
    void fetchesWhatDoesNotNeedTheFallbackMeanwhile() throws Exception {
        fleet.answerNarInfo(fleet.leaf(), Answers.status(404));
        fallback.mayBring = new CountDownLatch(1);
        // One download at a time: one that waits for the fallback would be in the way.
        bench.policy(FetchBench.policy(64, 1, 100, 3, 10));
        bench.heed(
                event -> {
                    if (event instanceof FetchEvent.PathDone(PathResult.Fetched fetched)
                            && fetched.path().equals(fleet.otherLeaf().path())) {
                        fallback.mayBring.countDown();
                    }
                });

        assertThat(bench.fetch(fleet)).isInstanceOf(FetchOutcome.Complete.class);
        bench.assertHolds(fleet.members());
    }

    @Test
    void beginsWhileTheWalkGoesOn() throws Exception {
        var brought = new CountDownLatch(1);
        fleet.answerNarInfo(fleet.leaf(), Answers.status(404));
        byte[] late = ServedClosure.narInfo(fleet.otherLeaf()).getBytes(StandardCharsets.UTF_8);
        fleet.answerNarInfo(
                fleet.otherLeaf(),
                (request, wire) -> {
                    if (brought.await(20, TimeUnit.SECONDS)) {
                        Answers.ok(late).send(request, wire);
                    } else {
                        Answers.status(404).send(request, wire);
                    }
                });
        bench.heed(
                event -> {
                    if (event instanceof FetchEvent.PathDone(PathResult.Realised realised)
                            && realised.path().equals(fleet.leaf().path())) {
                        brought.countDown();
                    }
                });

        FetchOutcome outcome = bench.fetch(fleet);

        assertThat(outcome).isInstanceOf(FetchOutcome.Complete.class);
        realised(outcome, fleet.leaf());
        assertNativelyFetched(outcome, fleet.otherLeaf(), fleet.app(), fleet.top());
        assertThat(fallback.asked).containsExactly(List.of(fleet.leaf().path()));
        bench.assertHolds(fleet.members());
    }

    @Test
    void asksNoFallbackBeforeItsCallerWhenThereIsMoreThanMayComeUnasked() throws Exception {
        fleet.answerNarInfo(fleet.leaf(), Answers.status(404));
        var askedUnasked = new AtomicBoolean();
        var approval =
                new Approval() {
                    @Override
                    public Optional<String> objection(ClosurePlan plan) {
                        try {
                            askedUnasked.set(fallback.begun.await(300, TimeUnit.MILLISECONDS));
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                        return Optional.empty();
                    }

                    @Override
                    public long unasked() {
                        return 0;
                    }
                };
        try (Substitution substitution = bench.substituter(fleet, fleet.server().uri()).open()) {
            assertThat(substitution.fetch(List.of(fleet.top().path()), approval))
                    .isInstanceOf(FetchOutcome.Complete.class);
        }
        assertThat(askedUnasked).isFalse();
        assertThat(fallback.asked).containsExactly(List.of(fleet.leaf().path()));
    }

    @Test
    void endsAFallbackWhosePlanIsDeclined() throws Exception {
        fleet.answerNarInfo(fleet.leaf(), Answers.status(404));
        var begun = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        bench.fallbacks(new Endless(begun, ended));
        Approval never =
                _ -> {
                    try {
                        assertThat(begun.await(1, TimeUnit.MINUTES)).isTrue();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    return Optional.of("no room");
                };
        try (Substitution substitution = bench.substituter(fleet, fleet.server().uri()).open()) {
            assertThat(substitution.fetch(List.of(fleet.top().path()), never))
                    .isEqualTo(new FetchOutcome.Declined("no room"));
        }
        assertThat(ended.getCount()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void bringsWhatTheCacheSpoilt(Spoilage spoilage) throws Exception {
        bench.close();
        bench = FetchBench.forSpoilage(directory, spoilage).fallbacks(fallback);
        spoilage.spoil(fleet, fleet.leaf());

        FetchOutcome outcome = bench.fetch(fleet);

        assertThat(outcome).isInstanceOf(FetchOutcome.Complete.class);
        assertThat(realised(outcome, fleet.leaf()).reason()).contains(spoilage.message());
        assertNativelyFetched(outcome, fleet.otherLeaf(), fleet.app(), fleet.top());
        assertThat(fallback.asked).containsExactly(List.of(fleet.leaf().path()));
        bench.assertHolds(fleet.members());
    }

    @Test
    void bringsTheRootWhenTheCacheIsDown() throws Exception {
        fleet.server().on("/nix-cache-info", Answers.status(503));
        fleet.members().forEach(member -> fleet.answerNarInfo(member, Answers.status(503)));

        FetchOutcome outcome = bench.fetch(fleet);

        assertThat(outcome).isInstanceOf(FetchOutcome.Complete.class);
        assertThat(fallback.asked).containsExactly(List.of(fleet.top().path()));
        bench.assertHolds(fleet.members());
    }

    @Test
    void leavesTheRestToTheFallbackAtOnceWhenTheCacheGoesAwayMidway() throws Exception {
        for (Member member : List.of(fleet.leaf(), fleet.otherLeaf(), fleet.app())) {
            fleet.answerNar(member, Answers.resetAtOnce());
        }
        bench.policy(FetchBench.policy(64, 1, 100, 2, 10));

        FetchOutcome outcome = bench.fetch(fleet);

        assertThat(outcome).isInstanceOf(FetchOutcome.Complete.class);
        assertThat(bench.events(FetchEvent.CacheSetAside.class)).hasSize(1);
        assertThat(fallback.asked).containsExactly(List.of(fleet.top().path()));
        assertThat(outcome.results()).hasSameSizeAs(fleet.members());
        bench.assertHolds(fleet.members());
    }

    @Test
    void saysWhatNeitherTheCacheNorTheFallbackHas() throws Exception {
        fleet.answerNarInfo(fleet.leaf(), Answers.status(404));
        upstream.answerNarInfo(fleet.leaf(), Answers.status(404));

        FetchOutcome outcome = bench.fetch(fleet);

        assertThat(FetchBench.result(outcome, fleet.leaf()))
                .isInstanceOfSatisfying(
                        PathResult.Absent.class,
                        absent -> {
                            assertThat(absent.reason())
                                    .contains("does not have it")
                                    .contains("upstream: " + fleet.leaf().path().baseName())
                                    .contains("is nowhere");
                            assertThat(absent.via())
                                    .containsExactly(fleet.top().path(), fleet.app().path());
                        });
        assertThat(FetchBench.result(outcome, fleet.top()))
                .isEqualTo(new PathResult.Blocked(fleet.top().path(), fleet.leaf().path()));
        assertThat(fallback.asked).hasSize(1);
        bench.assertHolds(List.of(fleet.otherLeaf()));
    }

    @Test
    void asksTheNextFallbackForWhatTheFirstDidNotBring() throws Exception {
        fleet.answerNarInfo(fleet.leaf(), Answers.status(404));
        fleet.answerNarInfo(fleet.otherLeaf(), Answers.status(404));
        var first = new CopyOnWriteArrayList<StorePath>();
        Fallback useless =
                new Fallback() {
                    @Override
                    public String name() {
                        return "useless";
                    }

                    @Override
                    public List<String> bring(Collection<StorePath> paths, FetchListener listener) {
                        first.addAll(paths);
                        return List.of();
                    }
                };
        bench.fallbacks(useless, fallback);

        FetchOutcome outcome = bench.fetch(fleet);

        assertThat(outcome).isInstanceOf(FetchOutcome.Complete.class);
        assertThat(first).hasSize(2);
        assertThat(realised(outcome, fleet.leaf()))
                .satisfies(
                        result -> {
                            assertThat(result.by()).isEqualTo("upstream");
                            assertThat(result.reason()).contains("useless: it did not bring it");
                        });
    }

    @Test
    void plansWithoutAskingTheFallback() throws Exception {
        fleet.answerNarInfo(fleet.leaf(), Answers.status(404));
        try (Substitution substitution = bench.substituter(fleet, fleet.server().uri()).open()) {
            ClosurePlan plan = substitution.plan(List.of(fleet.top().path()));

            assertThat(plan.complete()).isTrue();
            assertThat(plan.fallback())
                    .singleElement()
                    .satisfies(path -> assertThat(path.path()).isEqualTo(fleet.leaf().path()));
            // What the fallback is to bring aside, neither of the first two needs the other.
            assertThat(plan.fetch().stream().map(PlannedPath::path))
                    .containsExactlyInAnyOrder(
                            fleet.otherLeaf().path(), fleet.app().path(), fleet.top().path())
                    .endsWith(fleet.top().path());
        }
        assertThat(fallback.asked).isEmpty();
    }

    @Test
    void endsAFallbackThatIsInterrupted() throws Exception {
        fleet.answerNarInfo(fleet.leaf(), Answers.status(404));
        var begun = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        bench.fallbacks(new Endless(begun, ended));
        Thread fetch =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        bench.fetch(fleet);
                                    } catch (Exception _) {
                                        // It was interrupted.
                                    }
                                });
        assertThat(begun.await(1, TimeUnit.MINUTES)).isTrue();

        fetch.interrupt();

        assertThat(fetch.join(Duration.ofMinutes(1))).isTrue();
        assertThat(ended.getCount()).isZero();
    }
}

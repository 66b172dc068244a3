package io.nixfleet.substituter.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.testing.cache.Answer;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.ServedClosure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is imported before the walk is over, and who may keep that from happening. */
class EarlyImportTest {
    @TempDir private Path directory;
    private FetchBench bench;
    private ServedClosure closure;

    @BeforeEach
    void start() {
        bench = FetchBench.in(directory);
        closure = ServedClosure.start(11);
    }

    @AfterEach
    void stop() {
        bench.close();
        closure.close();
    }

    @Test
    void importsWhatNeedsNothingUnknownWhileTheWalkGoesOn() throws Exception {
        var imported = new CountDownLatch(1);
        bench.heed(
                event -> {
                    if (event instanceof FetchEvent.PathDone(PathResult result)
                            && result.path().equals(closure.otherLeaf().path())) {
                        imported.countDown();
                    }
                });
        // The walk cannot end before the other leaf is there.
        closure.answerNarInfo(closure.leaf(), after(imported, narInfo()));

        assertThat(bench.fetch(closure)).isInstanceOf(FetchOutcome.Complete.class);
        bench.assertHolds(closure.members());
    }

    private Answer after(CountDownLatch latch, Answer answer) {
        return (request, wire) -> {
            try {
                assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            answer.send(request, wire);
        };
    }

    private Answer narInfo() {
        return Answers.ok(ServedClosure.narInfo(closure.leaf()).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void importsNothingWhenThePlanIsRefusedAndNothingGoesUnasked() throws Exception {
        assertThat(fetch(approval(0, Optional.of("no room"))))
                .isEqualTo(new FetchOutcome.Declined("no room"));
        bench.assertHolds(List.of());
        assertThat(bench.requestsTo(closure.server()))
                .noneMatch(request -> request.startsWith("/nar/"));
    }

    @Test
    void waitsForThePlanOnceMoreIsFoundThanMayGoUnasked() throws Exception {
        assertThat(fetch(approval(0, Optional.empty()))).isInstanceOf(FetchOutcome.Complete.class);

        assertThat(bench.events(FetchEvent.class))
                .as("nothing begins before the plan")
                .map(FetchEvent::getClass)
                .containsSubsequence(
                        List.of(FetchEvent.Planned.class, FetchEvent.PathStarted.class));
        assertThat(
                        bench.events(FetchEvent.class).stream()
                                .takeWhile(event -> !(event instanceof FetchEvent.Planned)))
                .noneMatch(FetchEvent.PathStarted.class::isInstance);
        bench.assertHolds(closure.members());
    }

    private FetchOutcome fetch(Approval approval) throws Exception {
        try (Substitution substitution =
                bench.substituter(closure, closure.server().uri()).open()) {
            return substitution.fetch(List.of(closure.top().path()), approval);
        }
    }

    private static Approval approval(long unasked, Optional<String> objection) {
        return new Approval() {
            @Override
            public Optional<String> objection(ClosurePlan plan) {
                assertThat(plan.fetch()).hasSize(4);
                return objection;
            }

            @Override
            public long unasked() {
                return unasked;
            }
        };
    }
}

package io.nixfleet.substituter.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.testing.cache.Answer;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.ServedClosure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fetch whose thread is interrupted. */
class InterruptedFetchTest {
    private static final Duration AT_ONCE = Duration.ofSeconds(2);
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir private Path directory;
    private FetchBench bench;
    private ServedClosure closure;
    private final CountDownLatch reached = new CountDownLatch(1);

    @BeforeEach
    void start() {
        bench = FetchBench.in(directory);
        closure = ServedClosure.start(3, 500_000);
    }

    @AfterEach
    void stop() {
        bench.close();
        closure.close();
    }

    /** Tells that it is asked, then answers that way. */
    private Answer telling(Answer answer) {
        return (request, wire) -> {
            reached.countDown();
            answer.send(request, wire);
        };
    }

    private void interruptWhenReached() throws Exception {
        var fetch = new FutureTask<>(() -> bench.fetch(closure));
        Thread thread = Thread.ofPlatform().name("interrupted-fetch").start(fetch);
        assertThat(reached.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        int events = bench.events(FetchEvent.class).size();

        long started = System.nanoTime();
        thread.interrupt();

        assertThatThrownBy(() -> fetch.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(AT_ONCE);
        assertThat(bench.events(FetchEvent.class).stream().skip(events))
                .as("what an operator reads after Ctrl-C blames neither cache nor store")
                .noneMatch(FetchEvent.SourceFailed.class::isInstance)
                .noneMatch(FetchEvent.CacheSetAside.class::isInstance)
                .noneMatch(FetchEvent.StoreLost.class::isInstance);
        await(() -> ourThreads().isEmpty());
        assertThat(ourThreads()).isEmpty();
    }

    /** Platform threads only: virtual ones that are not mounted show nowhere. */
    private static List<String> ourThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.isVirtual())
                .map(Thread::getName)
                .filter(name -> name.startsWith("nixfleet-"))
                .toList();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }

    @Test
    void endsAtOnceInTheWalk() throws Exception {
        closure.answerNarInfo(closure.leaf(), telling(Answers.silence()));
        // Else it would be imported before the walk is over.
        closure.answerNarInfo(closure.otherLeaf(), Answers.silence());

        interruptWhenReached();

        bench.assertHolds(List.of());
        closure.serve(closure.leaf());
        closure.serve(closure.otherLeaf());
        bench.close();
        bench = FetchBench.in(directory);
        assertThat(bench.fetch(closure)).isInstanceOf(FetchOutcome.Complete.class);
        assertThat(bench.requestsTo(closure.server()))
                .containsExactlyInAnyOrderElementsOf(FetchBench.requestsFor(closure.members()));
        bench.assertHolds(closure.members());
    }

    @Test
    void endsAtOnceWhileCacheInfoIsAwaited() throws Exception {
        closure.server().on("/nix-cache-info", telling(Answers.silence()));

        interruptWhenReached();

        bench.assertHolds(List.of());
    }

    @Test
    void endsAtOnceInADownload() throws Exception {
        byte[] nar = ServedClosure.compressedNar(closure.leaf());
        closure.answerNar(
                closure.leaf(),
                (_, wire) -> {
                    wire.head(200, "Content-Length: " + nar.length);
                    wire.bytes(nar, 0, nar.length / 2);
                    await(() -> holdsOtherLeaf());
                    reached.countDown();
                    wire.stall();
                });

        interruptWhenReached();

        bench.assertHolds(List.of(closure.otherLeaf()));
        closure.serve(closure.leaf());
        bench.close();
        bench = FetchBench.in(directory);
        assertThat(bench.fetch(closure)).isInstanceOf(FetchOutcome.Complete.class);
        assertThat(bench.requestsTo(closure.server()))
                .containsExactlyInAnyOrderElementsOf(
                        FetchBench.requestsFor(
                                List.of(closure.leaf(), closure.app(), closure.top())));
        bench.assertHolds(closure.members());
    }

    private boolean holdsOtherLeaf() {
        return bench.events(FetchEvent.PathDone.class).stream()
                .anyMatch(done -> done.result().path().equals(closure.otherLeaf().path()));
    }

    @Test
    void endsAtOnceWhereADownloadDoesNotBegin() throws Exception {
        closure.answerNar(closure.leaf(), telling(Answers.silence()));
        closure.answerNar(closure.otherLeaf(), Answers.silence());

        interruptWhenReached();

        bench.assertHolds(List.of());
        closure.serve(closure.leaf());
        closure.serve(closure.otherLeaf());
        assertThat(bench.fetch(closure)).isInstanceOf(FetchOutcome.Complete.class);
    }

    @Test
    void endsAtOnceBeforeItBegan() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> bench.fetch(closure)).isInstanceOf(InterruptedException.class);

        assertThat(Thread.interrupted()).isFalse();
    }
}

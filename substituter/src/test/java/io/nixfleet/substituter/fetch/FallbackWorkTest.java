package io.nixfleet.substituter.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.testing.TestPaths;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FallbackWorkTest {
    private final PathResult.Failure first = absent("first");
    private final PathResult.Failure second = absent("second");
    private final PathResult.Failure third = absent("third");

    private final LinkedBlockingQueue<List<PathResult.Failure>> begun = new LinkedBlockingQueue<>();
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    /** A run that goes on until it may end, or is interrupted. */
    private void bring(List<PathResult.Failure> missing) {
        begun.add(missing);
        try {
            mayEnd.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static PathResult.Failure absent(String name) {
        return new PathResult.Absent(
                TestPaths.path(new Random(1), name), "nobody has it", List.of());
    }

    private static void awaitEnd(FallbackWork work) throws InterruptedException {
        for (Thread thread : work.threads()) {
            assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
        }
    }

    @Test
    void bringsTheRestBesideARunThatGoesOn() throws Exception {
        var work = new FallbackWork(this::bring);

        work.add(first);
        assertThat(begun.poll(30, TimeUnit.SECONDS)).containsExactly(first);
        work.add(second);
        work.bringRest(List.of(first, second, third));

        assertThat(begun.poll(30, TimeUnit.SECONDS)).containsExactly(second, third);
        mayEnd.countDown();
        awaitEnd(work);
        assertThat(begun).isEmpty();
    }

    @Test
    void bringsWhatCameUpDuringARunWithTheNextOne() throws Exception {
        var work = new FallbackWork(this::bring);

        work.add(first);
        assertThat(begun.poll(30, TimeUnit.SECONDS)).containsExactly(first);
        work.add(second);
        work.add(third);
        mayEnd.countDown();

        assertThat(begun.poll(30, TimeUnit.SECONDS)).containsExactly(second, third);
        work.bringRest(List.of(first, second, third));
        awaitEnd(work);
        assertThat(begun).isEmpty();
    }

    @Test
    void bringsEachOnceWhicheverRunTakesIt() throws Exception {
        for (int i = 0; i < 100; i++) {
            var brought = new CopyOnWriteArrayList<PathResult.Failure>();
            var work = new FallbackWork(brought::addAll);
            work.add(first);
            work.add(second);
            work.bringRest(List.of(first, second, third));
            awaitEnd(work);
            assertThat(brought).containsExactlyInAnyOrder(first, second, third);
        }
    }

    @Test
    void asksForNothingWhenNothingIsMissing() {
        var work =
                new FallbackWork(
                        missing -> {
                            throw new AssertionError("asked for " + missing);
                        });
        work.bringRest(List.of());
        assertThat(work.threads()).isEmpty();
    }

    @Test
    void endsWhenItIsInterrupted() throws Exception {
        var work = new FallbackWork(this::bring);
        work.add(first);
        assertThat(begun.poll(30, TimeUnit.SECONDS)).containsExactly(first);

        work.threads().forEach(Thread::interrupt);

        awaitEnd(work);
    }
}

package io.nixfleet.substituter.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RegistrationTurnsTest {
    private final RegistrationTurns turns = new RegistrationTurns(Duration.ofSeconds(30));

    @Test
    void isFreeAgainAfterItsEnd() {
        try (var held = turns.takeIfFree().orElseThrow()) {
            assertThat(held).isNotNull();
            assertThat(turns.takeIfFree()).isEmpty();
        }

        assertThat(turns.takeIfFree()).isPresent();
    }

    @Test
    void comesToWhoeverWaits() throws Exception {
        var inTurn = new AtomicInteger();
        var most = new AtomicInteger();
        var threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = Thread.startVirtualThread(() -> takeTurns(inTurn, most));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(most).as("at the same time").hasValue(1);
        assertThat(turns.takeIfFree()).isPresent();
    }

    private void takeTurns(AtomicInteger inTurn, AtomicInteger most) {
        for (int i = 0; i < 1000; i++) {
            try (var _ = turns.take()) {
                most.accumulateAndGet(inTurn.incrementAndGet(), Math::max);
                inTurn.decrementAndGet();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void isTakenFromAnOwnerThatIsHeldUp() throws Exception {
        var turns = new RegistrationTurns(Duration.ofMillis(100));
        RegistrationTurns.Turn heldUp = turns.take();
        long began = System.nanoTime();

        RegistrationTurns.Turn next = turns.take();

        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(90), Duration.ofSeconds(30));
        heldUp.close();
        assertThat(turns.takeIfFree()).as("the first owner ended what is not its turn").isEmpty();
        next.close();
        assertThat(turns.takeIfFree()).isPresent();
    }
}

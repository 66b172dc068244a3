package io.nixfleet.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.cache.ServedClosure;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A NAR of which half comes, and the rest when the test says so. */
final class PausedNar {
    private static final int LIMIT_SECONDS = 60;

    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    private PausedNar() {}

    static PausedNar of(ServedClosure closure, Member member) {
        var paused = new PausedNar();
        byte[] nar = ServedClosure.compressedNar(member);
        closure.answerNar(
                member,
                (_, wire) -> {
                    wire.head(200, "Content-Length: " + nar.length);
                    wire.bytes(nar, 0, nar.length / 2);
                    paused.reached.countDown();
                    if (paused.goOn.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                        wire.bytes(nar, nar.length / 2, nar.length - nar.length / 2);
                    }
                });
        return paused;
    }

    /** Waits until the first half is on its way. */
    void awaitReached() throws InterruptedException {
        assertThat(reached.await(LIMIT_SECONDS, TimeUnit.SECONDS)).as("the NAR is asked").isTrue();
    }

    void goOn() {
        goOn.countDown();
    }
}

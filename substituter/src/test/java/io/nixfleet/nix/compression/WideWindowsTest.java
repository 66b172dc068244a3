package io.nixfleet.nix.compression;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WideWindowsTest {
    private static final long MEBIBYTE = 1 << 20;

    private final WideWindows wide = new WideWindows(() -> {});

    @Test
    void lastsForOneOfHarmoniasAndTheUsual() throws Exception {
        wide.claim(32 * MEBIBYTE);

        for (int i = 0; i < 10; i++) {
            wide.claim(8 * MEBIBYTE);
        }

        awaitsRelease(32 * MEBIBYTE, 32 * MEBIBYTE);
    }

    @Test
    void givesTheWidestAllThereIs() throws Exception {
        wide.claim(64 * MEBIBYTE);

        awaitsRelease(9 * MEBIBYTE, 64 * MEBIBYTE);
    }

    @Test
    void hasTheWidestWaitForAllOthers() throws Exception {
        wide.claim(9 * MEBIBYTE);

        awaitsRelease(64 * MEBIBYTE, 9 * MEBIBYTE);
    }

    private void awaitsRelease(long wanted, long held) throws InterruptedException {
        var granted = new CountDownLatch(1);
        Thread next =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    wide.claim(wanted);
                                    granted.countDown();
                                });
        while (next.getState() != Thread.State.TIMED_WAITING) {
            assertThat(next.join(Duration.ofMillis(1))).isFalse();
        }
        assertThat(granted.getCount()).isOne();

        wide.release(held);

        assertThat(granted.await(20, TimeUnit.SECONDS)).isTrue();
        next.join();
    }
}

package io.nixfleet.agent.heap;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the old generation near what is live in it while many short-lived buffers pass through.
 *
 * <p>The serial collector lets the old generation grow up to {@code -Xmx} before it collects it, so
 * a long fetch would end with all of that resident though it needs a fifth. The maximum itself must
 * stay high for the rare big need (a 64 MiB xz dictionary, a plan of 20,000 paths), and the serial
 * collector has no soft maximum. So a collection is asked for whenever the old generation has grown
 * by a step since the last one; it takes some tens of milliseconds, a few times in a gigabyte.
 */
public final class SoftHeapLimit implements AutoCloseable {
    private static final long STEP = 6L << 20;
    private static final Duration INTERVAL = Duration.ofMillis(10);

    private final CountDownLatch closed = new CountDownLatch(1);

    private SoftHeapLimit() {}

    /** Watches until closed. */
    public static SoftHeapLimit watch() {
        var limit = new SoftHeapLimit();
        ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .filter(MemoryPoolMXBean::isUsageThresholdSupported)
                .findFirst()
                .ifPresent(
                        oldGeneration ->
                                Thread.ofPlatform()
                                        .daemon()
                                        .name("nixfleet-heap")
                                        .start(() -> limit.keep(oldGeneration)));
        return limit;
    }

    private void keep(MemoryPoolMXBean oldGeneration) {
        try {
            long live = oldGeneration.getUsage().getUsed();
            while (!closed.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                if (oldGeneration.getUsage().getUsed() > live + STEP) {
                    System.gc();
                    live = oldGeneration.getUsage().getUsed();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops watching; returns at once. */
    @Override
    public void close() {
        closed.countDown();
    }
}

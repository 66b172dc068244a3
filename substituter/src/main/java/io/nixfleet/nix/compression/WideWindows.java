package io.nixfleet.nix.compression;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The memory of all windows wider than usual. A header of a few bytes may claim 64 MiB, so the sum
 * of them is limited: one that wants more than the limit, as only {@code xz -9} does, has it alone.
 *
 * <p>A thread that holds a claim and waits for a second one could wait for another that does the
 * same: of decoders within one another, at most one may be wide.
 */
final class WideWindows {
    /** What compressors use unless they are told otherwise, and need not claim. */
    static final int USUAL_BYTES = 8 << 20;

    /** One of harmonia's, 32 MiB, and a smaller one. */
    private static final int TOGETHER_KIB = 40 * 1024;

    private static final int WAIT_MINUTES = 10;

    private final Semaphore free = new Semaphore(TOGETHER_KIB, true);
    private final Runnable beforeAllocation;

    WideWindows(Runnable beforeAllocation) {
        this.beforeAllocation = beforeAllocation;
    }

    /**
     * Waits until there is memory for one more; {@link #release} it.
     *
     * @throws IllegalStateException when others kept it for ten minutes, or when interrupted
     */
    void claim(long bytes) {
        if (bytes <= USUAL_BYTES) {
            return;
        }
        try {
            if (!free.tryAcquire(kib(bytes), WAIT_MINUTES, TimeUnit.MINUTES)) {
                throw new IllegalStateException(
                        "other streams kept all memory for windows for %d minutes"
                                .formatted(WAIT_MINUTES));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for memory", e);
        }
    }

    /** Of that many bytes, what was claimed is about to be allocated. */
    void allocating(long bytes) {
        if (bytes > USUAL_BYTES) {
            beforeAllocation.run();
        }
    }

    /** Gives back a claim of that many bytes. */
    void release(long bytes) {
        if (bytes > USUAL_BYTES) {
            free.release(kib(bytes));
        }
    }

    private static int kib(long bytes) {
        return (int) Math.min((bytes + 1023) / 1024, TOGETHER_KIB);
    }
}

package io.nixfleet.nix.compression;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.ArrayCache;

/**
 * The memory of xz dictionaries. A header of a few bytes may claim a dictionary of 64 MiB, so the
 * sum of all of them is limited; and since each small NAR of a cache claims 8 MiB anew, arrays are
 * used again rather than allocated and zeroed.
 */
final class XzMemory extends ArrayCache {
    /** Enough for the dictionary of {@code xz -9}, 64 MiB, and the decoder's tables. */
    static final int STREAM_LIMIT_KIB = 66 * 1024;

    private static final int SHARED_LIMIT_KIB = 72 * 1024;
    // The widest one, too: a closing stream still holds its own while the next one asks, and there
    // is
    // no room for two.
    private static final int KEPT_LIMIT = 65 << 20;
    private static final int BIG = 1 << 20;
    private static final int WAIT_MINUTES = 10;

    private final Semaphore shared = new Semaphore(SHARED_LIMIT_KIB, true);
    private final Deque<byte[]> kept = new ArrayDeque<>();
    private int keptBytes;

    @Override
    public byte[] getByteArray(int size, boolean fillWithZeros) {
        if (size < BIG) {
            return new byte[size];
        }
        claim(size);
        byte[] old = takeKept(size);
        if (old == null) {
            return new byte[size];
        }
        if (fillWithZeros) {
            Arrays.fill(old, (byte) 0);
        }
        return old;
    }

    @Override
    public void putArray(byte[] array) {
        if (array.length < BIG) {
            return;
        }
        synchronized (kept) {
            if (keptBytes + array.length <= KEPT_LIMIT) {
                kept.push(array);
                keptBytes += array.length;
            }
        }
        shared.release(kib(array.length));
    }

    private void claim(int size) {
        try {
            if (!shared.tryAcquire(kib(size), WAIT_MINUTES, TimeUnit.MINUTES)) {
                throw new IllegalStateException(
                        "other xz streams kept all memory for dictionaries for %d minutes"
                                .formatted(WAIT_MINUTES));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for memory", e);
        }
    }

    private byte @Nullable [] takeKept(int size) {
        synchronized (kept) {
            var candidates = kept.iterator();
            while (candidates.hasNext()) {
                byte[] candidate = candidates.next();
                if (candidate.length == size) {
                    candidates.remove();
                    keptBytes -= size;
                    return candidate;
                }
            }
            // Arrays of another size would hold memory that this stream is about to take.
            kept.clear();
            keptBytes = 0;
            return null;
        }
    }

    private static int kib(int bytes) {
        return (bytes + 1023) / 1024;
    }
}

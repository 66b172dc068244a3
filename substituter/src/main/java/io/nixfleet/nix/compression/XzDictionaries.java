package io.nixfleet.nix.compression;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.ArrayCache;

/**
 * The arrays of xz dictionaries. Since each small NAR of a cache claims 8 MiB anew, they are used
 * again rather than allocated and zeroed.
 */
final class XzDictionaries extends ArrayCache {
    // The widest one, too: a closing stream still holds its own while the next one asks.
    private static final int KEPT_LIMIT = 65 << 20;
    private static final int BIG = 1 << 20;

    private final WideWindows wide;
    private final Deque<byte[]> kept = new ArrayDeque<>();
    private int keptBytes;

    XzDictionaries(WideWindows wide) {
        this.wide = wide;
    }

    @Override
    public byte[] getByteArray(int size, boolean fillWithZeros) {
        if (size < BIG) {
            return new byte[size];
        }
        wide.claim(size);
        byte[] old = takeKept(size);
        if (old == null) {
            wide.allocating(size);
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
        wide.release(array.length);
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
}

package io.nixfleet.substituter.cache;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A cache's {@code nix-cache-info}, read when it is first needed and kept once it is good. */
final class CacheInfoOnce {
    /** Gets the file's content. */
    interface Reader {
        byte[] read() throws CacheException, InterruptedException;
    }

    private final CacheLocation location;
    private final StoreDir storeDir;
    private final Reader reader;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable CacheInfo kept;

    CacheInfoOnce(CacheLocation location, StoreDir storeDir, Reader reader) {
        this.location = location;
        this.storeDir = storeDir;
        this.reader = reader;
    }

    CacheInfo get() throws CacheException, InterruptedException {
        lock.lockInterruptibly();
        try {
            CacheInfo info = kept;
            if (info == null) {
                info = location.override(read());
                kept = info;
            }
            return info;
        } finally {
            lock.unlock();
        }
    }

    private CacheInfo read() throws CacheException, InterruptedException {
        String source = "cache %s, nix-cache-info".formatted(location.name());
        CacheInfo info;
        try {
            info = CacheInfoParser.parse(reader.read(), source);
        } catch (FormatException e) {
            throw new CacheException(
                    CacheException.Kind.CORRUPT, String.valueOf(e.getMessage()), e);
        } catch (CacheException e) {
            throw e.kind() == CacheException.Kind.ABSENT
                    ? new CacheException(
                            CacheException.Kind.ABSENT,
                            e.getMessage() + "; check that the URL is that of a Nix cache",
                            e)
                    : e;
        }
        if (info.storeDir().isPresent() && !info.storeDir().get().equals(storeDir)) {
            throw new CacheException(
                    CacheException.Kind.NOT_A_CACHE,
                    "%s: the cache is for the store directory %s, not for %s"
                            .formatted(source, info.storeDir().get(), storeDir));
        }
        return info;
    }
}

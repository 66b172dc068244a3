package io.nixfleet.substituter.cache;

import io.nixfleet.nix.compression.Decompressors;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.store.StorePath;
import java.util.OptionalInt;

/**
 * One binary cache. Methods block and are meant for virtual threads; they are safe for use by many
 * threads at once and answer within the cache's own time limits. Interrupting the calling thread
 * ends the wait.
 */
public interface BinaryCache extends AutoCloseable {
    /** The cache's URL for people: without user info, query secrets or tokens. */
    String name();

    /**
     * What {@code nix-cache-info} says; asked once and kept.
     *
     * @throws CacheException when it cannot be had, is malformed, or is for another store directory
     */
    CacheInfo info() throws CacheException, InterruptedException;

    /** The priority that its URL gives it, which needs no asking; lower is asked first. */
    default OptionalInt urlPriority() {
        return OptionalInt.empty();
    }

    /** Whether the operator vouches for whatever it says, signed or not. */
    default boolean trusted() {
        return false;
    }

    /**
     * Asks for a path's narinfo, afresh at every call: neither presence nor absence is remembered.
     * Transient failures have been retried when this returns.
     */
    NarInfoLookup lookup(StorePath path) throws InterruptedException;

    /**
     * Starts to download a NAR file and returns at once, before the first byte; bytes arrive ahead
     * of the reader up to a bound. Close the download whether or not it was read to its end.
     */
    NarDownload open(NarInfo narInfo);

    /** For what it gives; all caches that were opened together share them. */
    Decompressors decompressors();

    @Override
    void close();
}

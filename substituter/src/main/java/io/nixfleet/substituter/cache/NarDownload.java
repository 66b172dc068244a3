package io.nixfleet.substituter.cache;

import java.io.InputStream;

/** A NAR file on its way. */
public interface NarDownload extends AutoCloseable {
    /**
     * The bytes as {@code Compression} of the narinfo says, Content-Encoding removed. Reading
     * blocks until bytes arrive; a transfer that breaks is resumed where that is possible. A
     * failure that retries did not mend is a {@link CacheException}. The one stream of this
     * download: read it from one thread.
     */
    InputStream stream();

    /** Bytes received over the wire so far, those of broken attempts too. */
    long bytesReceived();

    /** Ends the transfer if it is under way. Idempotent, never blocks for long. */
    @Override
    void close();
}

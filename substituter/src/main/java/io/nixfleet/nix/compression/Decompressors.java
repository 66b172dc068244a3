package io.nixfleet.nix.compression;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * Opens decompressing streams and shares their big buffers among them. Keep one for the length of a
 * fetch: it holds on to at most 65 MiB of buffers between streams and has nothing to close. Safe
 * for use by many threads.
 *
 * <p>What one stream may take: xz 65 MiB (the dictionary of {@code xz -9}); zstd 32 MiB (levels up
 * to 20, and what harmonia sends), of which the first frame says how much; br 32 MiB; bzip2 5 MiB;
 * gzip 64 KiB. Data that asks for more is refused. All streams that take more than the usual 8 MiB
 * have 40 MiB together, or one alone has more; opening or reading another blocks until there is
 * room.
 */
public final class Decompressors {
    private static final int INPUT_BUFFER = 64 * 1024;
    private static final int XZ_TABLES_KIB = 1024;

    private final WideWindows wide;
    private final XzDictionaries dictionaries;

    /** How much memory a stream may ask for. */
    public enum Window {
        /** What compressors use unless they are told otherwise: 8 MiB. */
        USUAL(8, 8),
        /** All that may be met in a cache; at most one of streams within one another. */
        WIDE(64, 32);

        private final int xzMebibytes;
        private final int otherMebibytes;

        Window(int xzMebibytes, int otherMebibytes) {
            this.xzMebibytes = xzMebibytes;
            this.otherMebibytes = otherMebibytes;
        }

        private int xzLimitKib() {
            return xzMebibytes * 1024 + XZ_TABLES_KIB;
        }

        private long otherLimit() {
            return (long) otherMebibytes << 20;
        }
    }

    /** For the length of a fetch. */
    public Decompressors() {
        this(() -> {});
    }

    /**
     * @param beforeWide runs in the thread that is about to allocate more than the usual window, so
     *     that there is memory for it
     */
    public Decompressors(Runnable beforeWide) {
        wide = new WideWindows(beforeWide);
        dictionaries = new XzDictionaries(wide);
    }

    /**
     * Decompresses {@code compressed} to its very end: all zstd frames, all xz, gzip and bzip2
     * members. May block for the first bytes.
     *
     * <p>Reading throws {@link CorruptStreamException} when the data is damaged or cut short; an
     * exception of {@code compressed} itself comes through unchanged. Closing the stream frees its
     * memory and closes {@code compressed}; it is closed too when this method fails. Close it from
     * the thread that reads it, never under a read: some of that memory is native.
     */
    public InputStream open(Compression compression, InputStream compressed, Window window)
            throws IOException {
        if (compression == Compression.NONE) {
            return compressed;
        }
        var source = new SourceStream(compressed);
        try {
            return new CheckedStream(compression, source, decoder(compression, source, window));
        } catch (IOException | RuntimeException e) {
            compressed.close();
            throw source.failureOr(e, compression);
        }
    }

    private InputStream decoder(Compression compression, SourceStream source, Window window)
            throws IOException {
        return switch (compression) {
            case NONE -> source;
            case XZ ->
                    new XZInputStream(
                            new BufferedInputStream(source, INPUT_BUFFER),
                            window.xzLimitKib(),
                            true,
                            dictionaries);
            case ZSTD -> new ZstdStream(source, window.otherLimit(), wide);
            case BZIP2 ->
                    new BZip2CompressorInputStream(
                            new BufferedInputStream(source, INPUT_BUFFER), true);
            case GZIP -> new GzipStream(source);
            case BR -> BrotliStream.open(source, window.otherLimit(), wide);
        };
    }
}

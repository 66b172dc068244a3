package io.nixfleet.nix.compression;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.XZInputStream;

/**
 * Opens decompressing streams and shares their big buffers among them. Keep one for the length of a
 * fetch: it holds on to as much as one may take of buffers between streams and has nothing to
 * close. Safe for use by many threads.
 *
 * <p>What one stream may take: the dictionary of xz, the window of zstd, of which the first frame
 * says how much, and twice that of br, 32 MiB each if not told otherwise; bzip2 5 MiB; gzip 64 KiB.
 * Data that asks for more is refused. All streams that take more than the usual 8 MiB have 40 MiB
 * together, or one alone has more; opening or reading another blocks until there is room.
 */
public final class Decompressors {
    private static final int INPUT_BUFFER = 64 * 1024;
    private static final int XZ_TABLES_KIB = 1024;

    /** What is allowed unless somebody says otherwise: {@code xz -8}, and what harmonia sends. */
    public static final int DEFAULT_WIDEST_MEBIBYTES = 32;

    private final long widest;
    private final WideWindows wide;
    private final XzDictionaries dictionaries;
    private final Optional<Liblzma> liblzma;

    /** How much memory a stream may ask for. */
    public enum Window {
        /** What compressors use unless they are told otherwise: 8 MiB. */
        USUAL,
        /** The most that is allowed; at most one of streams within one another. */
        WIDE
    }

    /** With the default limit. */
    public Decompressors() {
        this(DEFAULT_WIDEST_MEBIBYTES, () -> {});
    }

    /**
     * @param widestMebibytes what one stream's window may take
     * @param beforeWide runs in the thread that is about to allocate more than the usual window, so
     *     that there is memory for it
     */
    public Decompressors(int widestMebibytes, Runnable beforeWide) {
        this(widestMebibytes, beforeWide, Liblzma.installed());
    }

    /** With the decoder of xz in Java where {@code liblzma} is empty. */
    Decompressors(int widestMebibytes, Runnable beforeWide, Optional<Liblzma> liblzma) {
        this.liblzma = liblzma;
        widest = (long) widestMebibytes << 20;
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
        long limit = window == Window.WIDE ? widest : WideWindows.USUAL_BYTES;
        try {
            return new CheckedStream(compression, source, decoder(compression, source, limit));
        } catch (IOException | RuntimeException e) {
            compressed.close();
            throw source.failureOr(e, compression);
        }
    }

    /** What the xz decoder says, without its tables. */
    static WindowException tooWide(MemoryLimitException xz) {
        return new WindowException(
                (long) (xz.getMemoryNeeded() - XZ_TABLES_KIB) << 10,
                (long) (xz.getMemoryLimit() - XZ_TABLES_KIB) << 10);
    }

    private InputStream decoder(Compression compression, SourceStream source, long limit)
            throws IOException {
        return switch (compression) {
            case NONE -> source;
            case XZ -> xz(source, limit);
            case ZSTD -> new ZstdStream(source, limit, wide);
            case BZIP2 ->
                    new BZip2CompressorInputStream(
                            new BufferedInputStream(source, INPUT_BUFFER), true);
            case GZIP -> new GzipStream(source);
            case BR -> BrotliStream.open(source, limit, wide);
        };
    }

    private InputStream xz(SourceStream source, long limit) throws IOException {
        if (liblzma.isPresent()) {
            return new LiblzmaStream(liblzma.get(), source, limit, wide);
        }
        return new XZInputStream(
                new BufferedInputStream(source, INPUT_BUFFER),
                (int) (limit >> 10) + XZ_TABLES_KIB,
                true,
                dictionaries);
    }
}

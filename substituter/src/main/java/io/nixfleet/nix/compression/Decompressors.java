package io.nixfleet.nix.compression;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.brotli.dec.BrotliInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * Opens decompressing streams and shares their big buffers among them. Keep one for the length of a
 * fetch: it holds on to at most 65 MiB of buffers between streams and has nothing to close. Safe
 * for use by many threads.
 *
 * <p>What one stream may take: xz 65 MiB (the dictionary of {@code xz -9}), and all open xz streams
 * together 72 MiB, beyond which opening blocks until another is closed; zstd 32 MiB (levels up to
 * 20, and what harmonia sends); bzip2 5 MiB; br 16 MiB; gzip 64 KiB. Data that asks for more is
 * refused.
 */
public final class Decompressors {
    private static final int INPUT_BUFFER = 64 * 1024;

    private final XzMemory xzMemory = new XzMemory();

    /**
     * Decompresses {@code compressed} to its very end: all zstd frames, all xz, gzip and bzip2
     * members. May block for the first bytes.
     *
     * <p>Reading throws {@link CorruptStreamException} when the data is damaged or cut short; an
     * exception of {@code compressed} itself comes through unchanged. Closing the stream frees its
     * memory and closes {@code compressed}; it is closed too when this method fails. Close it from
     * the thread that reads it, never under a read: some of that memory is native.
     */
    public InputStream open(Compression compression, InputStream compressed) throws IOException {
        if (compression == Compression.NONE) {
            return compressed;
        }
        var source = new SourceStream(compressed);
        try {
            return new CheckedStream(compression, source, decoder(compression, source));
        } catch (IOException | RuntimeException e) {
            compressed.close();
            throw source.failureOr(e, compression);
        }
    }

    private InputStream decoder(Compression compression, SourceStream source) throws IOException {
        return switch (compression) {
            case NONE -> source;
            case XZ ->
                    new XZInputStream(
                            new BufferedInputStream(source, INPUT_BUFFER),
                            XzMemory.STREAM_LIMIT_KIB,
                            true,
                            xzMemory);
            case ZSTD -> new ZstdStream(source);
            case BZIP2 ->
                    new BZip2CompressorInputStream(
                            new BufferedInputStream(source, INPUT_BUFFER), true);
            case GZIP -> new GzipStream(source);
            case BR -> new BrotliInputStream(source, INPUT_BUFFER);
        };
    }
}

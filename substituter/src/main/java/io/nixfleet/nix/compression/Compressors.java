package io.nixfleet.nix.compression;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Opens compressing streams, for making caches. */
public final class Compressors {
    private static final int XZ_LEVEL = 1;

    private Compressors() {}

    /**
     * Compresses with the library's default level, xz with its level 1, which takes 9 MiB of memory
     * in place of 94; closing the stream completes the data and closes {@code target}.
     *
     * @throws IllegalArgumentException for br, which is only ever read
     */
    public static OutputStream open(Compression compression, OutputStream target)
            throws IOException {
        return switch (compression) {
            case NONE -> target;
            case XZ -> new XZOutputStream(target, new LZMA2Options(XZ_LEVEL));
            case ZSTD -> new ZstdOutputStreamNoFinalizer(target);
            case BZIP2 -> new BZip2CompressorOutputStream(target);
            case GZIP -> new GZIPOutputStream(target);
            case BR -> throw new IllegalArgumentException("br is only decompressed here");
        };
    }
}

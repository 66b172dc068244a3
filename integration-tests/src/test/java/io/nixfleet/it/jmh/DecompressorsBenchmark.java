package io.nixfleet.it.jmh;

import io.nixfleet.nix.compression.Compressed;
import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.compression.Decompressors;
import io.nixfleet.nix.compression.Decompressors.Window;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Decompressing 8 MB, counted as they are unpacked; by one {@link Decompressors}, as a fetch has
 * it, so that big buffers are there. Without br, which has no compressor in Java.
 */
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // Set by JMH and the method that it calls first.
public class DecompressorsBenchmark {
    private static final int XZ_DICTIONARY = 8 << 20;

    @Param({"NONE", "ZSTD", "XZ", "GZIP", "BZIP2"})
    public Compression compression;

    private final Decompressors decompressors = new Decompressors();
    private final byte[] chunk = new byte[64 * 1024];
    private byte[] compressed;

    @Setup
    public void compress() {
        byte[] plain = SystemLikeData.bytes(8_000_000);
        compressed =
                compression == Compression.XZ
                        ? Compressed.xz(plain, XZ_DICTIONARY) // What xz uses unless told otherwise.
                        : Compressed.bytes(compression, plain);
    }

    @Benchmark
    public long read(Volume volume) throws IOException {
        long read = 0;
        try (InputStream in =
                decompressors.open(
                        compression, new ByteArrayInputStream(compressed), Window.USUAL)) {
            for (int count; (count = in.read(chunk)) >= 0; ) {
                read += count;
            }
        }
        volume.bytes += read;
        return read;
    }
}

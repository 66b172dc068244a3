package io.nixfleet.nix.compression;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Compresses what tests need, also as several frames or members. */
public final class Compressed {
    private Compressed() {}

    /** One frame or member. For br, which has no encoder in Java, of at most 16 MiB. */
    public static byte[] bytes(Compression compression, byte[] plain) {
        try {
            var out = new ByteArrayOutputStream();
            switch (compression) {
                case NONE -> out.write(plain);
                case XZ -> write(new XZOutputStream(out, new LZMA2Options(1)), plain);
                case ZSTD -> out.write(Zstd.compress(plain, 3));
                case BZIP2 -> write(new BZip2CompressorOutputStream(out), plain);
                case GZIP -> write(new GZIPOutputStream(out), plain);
                // WBITS 16 is 0.
                case BR -> writeBrotli(out, plain, 0, 1);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An xz stream whose header claims a dictionary of that many bytes. */
    public static byte[] xz(byte[] plain, int dictionary) {
        try {
            var out = new ByteArrayOutputStream();
            var options = new LZMA2Options(0);
            options.setDictSize(dictionary);
            write(new XZOutputStream(out, options), plain);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One that takes all the memory that its decoder may if nobody says otherwise, 32 MiB. */
    public static byte[] wide(Compression compression, byte[] plain) {
        try {
            var out = new ByteArrayOutputStream();
            switch (compression) {
                case XZ -> out.write(xz(plain, 32 << 20));
                case ZSTD -> {
                    var zstd = new ZstdOutputStream(out, 1);
                    zstd.setLong(25);
                    write(zstd, plain);
                }
                // WBITS 24 is 1111.
                case BR -> writeBrotli(out, plain, 0b1111, 4);
                default -> throw new IllegalArgumentException(compression.toString());
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(OutputStream compressor, byte[] plain) throws IOException {
        try (compressor) {
            compressor.write(plain);
        }
    }

    /**
     * A brotli stream of uncompressed meta-blocks of 64 KiB (RFC 7932, section 9.2).
     *
     * @param wbits the stream's header
     * @param bits how long that is, at most four
     */
    private static void writeBrotli(ByteArrayOutputStream out, byte[] plain, int wbits, int bits) {
        // Each stored block's header takes ISLAST 0, MNIBBLES 00 (four), MLEN-1 in 16 bits,
        // ISUNCOMPRESSED 1: 20 bits, filled up to a byte.
        boolean first = true;
        for (int offset = 0; offset < plain.length; offset += 1 << 16) {
            int length = Math.min(1 << 16, plain.length - offset);
            int header = (length - 1) << 3 | 1 << 19;
            int shifted = first ? header << bits | wbits : header;
            out.write(shifted);
            out.write(shifted >>> 8);
            out.write(shifted >>> 16);
            out.write(plain, offset, length);
            first = false;
        }
        // ISLAST 1, ISLASTEMPTY 1.
        out.write(first ? 0b11 << bits | wbits : 0b11);
    }
}

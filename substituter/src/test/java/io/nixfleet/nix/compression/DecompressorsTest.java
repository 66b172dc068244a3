package io.nixfleet.nix.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.compression.Decompressors.Window;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DecompressorsTest {
    private static final long SEED = 20261122;

    private final Decompressors decompressors = decompressors(64, () -> {});

    /** Those of a host that has liblzma, as every Debian. */
    Decompressors decompressors(int widestMebibytes, Runnable beforeWide) {
        return new Decompressors(widestMebibytes, beforeWide, Optional.of(liblzma()));
    }

    private static Liblzma liblzma() {
        return Liblzma.installed()
                .orElseThrow(() -> new AssertionError("there is no liblzma.so.5"));
    }

    @ParameterizedTest
    @EnumSource
    void givesBackWhatWasCompressed(Compression compression) throws IOException {
        byte[] plain = text(300_000);

        assertThat(decompress(compression, Compressed.bytes(compression, plain))).isEqualTo(plain);
    }

    @ParameterizedTest
    @EnumSource
    void givesBackEmptyContent(Compression compression) throws IOException {
        assertThat(decompress(compression, Compressed.bytes(compression, new byte[0]))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"XZ", "ZSTD", "BZIP2", "GZIP"})
    void readsAllFramesToTheEnd(Compression compression) throws IOException {
        var compressed = new ByteArrayOutputStream();
        var plain = new ByteArrayOutputStream();
        for (int size : new int[] {70_000, 0, 1, 200_000}) {
            byte[] part = text(size);
            compressed.write(Compressed.bytes(compression, part));
            plain.write(part);
        }

        assertThat(decompress(compression, compressed.toByteArray()))
                .isEqualTo(plain.toByteArray());
    }

    @ParameterizedTest
    @EnumSource
    void readsSourceThatTricklesByteByByte(Compression compression) throws IOException {
        byte[] plain = text(5_000);
        byte[] compressed = Compressed.bytes(compression, plain);

        try (var in = decompressors.open(compression, new Trickle(compressed), Window.WIDE)) {
            assertThat(in.readAllBytes()).isEqualTo(plain);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void refusesDataCutShortAtAnyByte(Compression compression) {
        byte[] compressed = Compressed.bytes(compression, text(600));

        for (int kept = 0; kept < compressed.length; kept++) {
            byte[] cut = Arrays.copyOf(compressed, kept);
            assertThatThrownBy(() -> decompress(compression, cut))
                    .as("%s cut at byte %d of %d", compression, kept, compressed.length)
                    .isInstanceOf(CorruptStreamException.class)
                    .hasMessageStartingWith(compression.nixName() + " data ");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"XZ", "ZSTD", "BZIP2", "GZIP"})
    void refusesSecondFrameCutShortAtAnyByte(Compression compression) {
        byte[] first = Compressed.bytes(compression, text(300));
        byte[] both = concat(first, Compressed.bytes(compression, text(600)));

        for (int kept = first.length + 1; kept < both.length; kept++) {
            byte[] cut = Arrays.copyOf(both, kept);
            assertThatThrownBy(() -> decompress(compression, cut))
                    .as("%s cut at byte %d of %d", compression, kept, both.length)
                    .isInstanceOf(CorruptStreamException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void failsCleanlyOrDecodesWhateverTheBytes(Compression compression) {
        var random = new Random(SEED);
        byte[] compressed = Compressed.bytes(compression, text(2_000));
        for (int round = 0; round < 500; round++) {
            byte[] damaged = compressed.clone();
            for (int flips = 0; flips <= random.nextInt(4); flips++) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                decompress(compression, damaged);
            } catch (CorruptStreamException e) {
                assertThat(e.compression()).isEqualTo(compression);
            } catch (IOException | RuntimeException | Error e) {
                throw new AssertionError("round %d of seed %d".formatted(round, SEED), e);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"XZ", "GZIP", "BZIP2"})
    void namesDamageThatAChecksumFinds(Compression compression) {
        byte[] compressed = Compressed.bytes(compression, text(2_000));
        compressed[compressed.length / 2] ^= 0x10;

        assertThatThrownBy(() -> decompress(compression, compressed))
                .hasMessageStartingWith(
                        compression.nixName() + " data is corrupt or cut short, before byte ");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void refusesJunk(Compression compression) {
        byte[] junk = new byte[5_000];
        Arrays.fill(junk, (byte) '!');

        assertThatThrownBy(() -> decompress(compression, junk))
                .isInstanceOf(CorruptStreamException.class);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void passesOnFailureOfTheSource(Compression compression) {
        byte[] compressed = Compressed.bytes(compression, text(100_000));
        var broken = new IOException("the link broke");
        for (int delivered : new int[] {0, 1, compressed.length / 2, compressed.length - 1}) {
            var source =
                    new SequenceInputStream(
                            new ByteArrayInputStream(compressed, 0, delivered),
                            new FailingStream(broken));

            assertThatThrownBy(
                            () -> {
                                try (var in =
                                        decompressors.open(compression, source, Window.WIDE)) {
                                    in.readAllBytes();
                                }
                            })
                    .as("after %d bytes", delivered)
                    .isSameAs(broken);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closesItsSource(Compression compression) throws IOException {
        byte[] compressed = Compressed.bytes(compression, text(100_000));
        var closed = new AtomicBoolean();
        var source =
                new ByteArrayInputStream(compressed) {
                    @Override
                    public void close() {
                        closed.set(true);
                    }
                };

        var in = decompressors.open(compression, source, Window.WIDE);
        assertThat(in.read()).isNotNegative();
        in.close();
        in.close();

        assertThat(closed).isTrue();
    }

    @Test
    void givesBackXzMemoryWhenStreamsAreClosedEarly() throws IOException {
        byte[] compressed = Compressed.xz(text(100_000), 64 << 20);

        // Each takes nearly all that xz streams may have together: the second would wait for ever.
        for (int i = 0; i < 3; i++) {
            try (var in =
                    decompressors.open(
                            Compression.XZ, new ByteArrayInputStream(compressed), Window.WIDE)) {
                assertThat(in.readNBytes(10)).hasSize(10);
            }
        }
    }

    @Test
    void refusesXzDictionaryOverItsLimit() {
        byte[] compressed = Compressed.xz(text(1_000), 128 << 20);

        assertThatThrownBy(() -> decompress(Compression.XZ, compressed))
                .isInstanceOf(CorruptStreamException.class)
                .hasMessageContaining("MiB are allowed");
    }

    @Test
    void refusesZstdWindowOverItsLimit() {
        // Magic, a frame header without content size, window descriptor 2^27, an empty last block.
        byte[] frame = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, (byte) (17 << 3), 1, 0, 0};

        assertThatThrownBy(() -> decompress(Compression.ZSTD, frame))
                .isInstanceOf(CorruptStreamException.class)
                .hasMessageContaining("MiB are allowed");

        frame[5] = (byte) (16 << 3);
        assertThat(decompressed(frame)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"XZ", "ZSTD", "BR"})
    void givesBackWideWindows(Compression compression) throws IOException {
        byte[] plain = text(100_000);
        byte[] compressed = Compressed.wide(compression, plain);

        // Two at once would wait for ever.
        for (int i = 0; i < 3; i++) {
            assertThat(decompress(compression, compressed)).isEqualTo(plain);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"XZ", "ZSTD", "BR"})
    void refusesWideWindowsWhereTheyAreNotUsual(Compression compression) {
        byte[] compressed = Compressed.wide(compression, text(1_000));

        assertThatThrownBy(
                        () ->
                                decompressors
                                        .open(
                                                compression,
                                                new ByteArrayInputStream(compressed),
                                                Window.USUAL)
                                        .readAllBytes())
                .isInstanceOf(CorruptStreamException.class)
                .hasMessageContaining("MiB are allowed");
    }

    @Test
    void saysHowMuchAWindowTakes() {
        byte[] compressed = Compressed.xz(text(1_000), 64 << 20);

        assertThatThrownBy(
                        () ->
                                decompressors(Decompressors.DEFAULT_WIDEST_MEBIBYTES, () -> {})
                                        .open(
                                                Compression.XZ,
                                                new ByteArrayInputStream(compressed),
                                                Window.WIDE)
                                        .readAllBytes())
                .hasMessage(
                        "xz data cannot be decompressed: its window takes 64 MiB, at most 32 MiB"
                                + " are allowed");
    }

    @ParameterizedTest
    @EnumSource(names = {"XZ", "ZSTD", "BR"})
    void takesUsualWindowsEverywhere(Compression compression) throws IOException {
        byte[] plain = text(100_000);
        byte[] compressed =
                compression == Compression.XZ
                        ? Compressed.xz(plain, 8 << 20)
                        : Compressed.bytes(compression, plain);

        try (var in =
                decompressors.open(
                        compression, new ByteArrayInputStream(compressed), Window.USUAL)) {
            assertThat(in.readAllBytes()).isEqualTo(plain);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"XZ", "ZSTD", "GZIP", "BZIP2"})
    void readsBombOnlyAsFarAsAsked(Compression compression) throws IOException {
        byte[] bomb = Compressed.bytes(compression, new byte[64 << 20]);
        assertThat(bomb).hasSizeLessThan(100_000);

        try (var in =
                decompressors.open(compression, new ByteArrayInputStream(bomb), Window.WIDE)) {
            assertThat(in.readNBytes(1_000)).hasSize(1_000);
        }
    }

    private byte[] decompressed(byte[] zstd) {
        try {
            return decompress(Compression.ZSTD, zstd);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private byte[] decompress(Compression compression, byte[] compressed) throws IOException {
        try (var in =
                decompressors.open(
                        compression, new ByteArrayInputStream(compressed), Window.WIDE)) {
            return in.readAllBytes();
        }
    }

    /** Compressible, but not to nothing. */
    static byte[] text(int size) {
        var random = new Random(SEED + size);
        var bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) ('a' + random.nextInt(1 + i % 20));
        }
        return bytes;
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static final class Trickle extends ByteArrayInputStream {
        Trickle(byte[] bytes) {
            super(bytes);
        }

        @Override
        public synchronized int read(byte[] bytes, int offset, int length) {
            return super.read(bytes, offset, Math.min(length, 1));
        }
    }

    private static final class FailingStream extends InputStream {
        private final IOException failure;

        FailingStream(IOException failure) {
            this.failure = failure;
        }

        @Override
        public int read() throws IOException {
            throw failure;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            throw failure;
        }
    }
}

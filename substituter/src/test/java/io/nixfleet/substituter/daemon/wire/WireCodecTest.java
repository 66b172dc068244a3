package io.nixfleet.substituter.daemon.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.signature.Signature;
import io.nixfleet.nix.store.ContentAddress;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireCodecTest {
    private static final StorePath PATH =
            StorePath.ofBaseName(StoreDir.NIX_STORE, "0".repeat(32) + "-hello");

    /** Something that writes. */
    @FunctionalInterface
    private interface Writing {
        void to(WireWriter out) throws IOException;
    }

    private static byte[] written(Writing writing) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new WireWriter(bytes::write);
        writing.to(out);
        out.flush();
        return bytes.toByteArray();
    }

    private static WireReader reading(byte[] bytes) {
        return new WireReader(new ByteArrayInputStream(bytes)::read);
    }

    private static WireReader readingHex(String hex) {
        return reading(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    @Test
    void writesAsNixDoes() throws IOException {
        assertThat(written(out -> out.u64(0x6e697863).bool(true).string("hello").string("")))
                .isEqualTo(
                        HexFormat.of()
                                .parseHex(
                                        "6378696e00000000"
                                                + "0100000000000000"
                                                + "050000000000000068656c6c6f000000"
                                                + "0000000000000000"));
    }

    @Test
    void writesPathInfoAsNixDoes() throws IOException {
        var deriver = StorePath.ofBaseName(StoreDir.NIX_STORE, "1".repeat(32) + "-hello.drv");
        var signature = Signature.parse("k:" + Base64.getEncoder().encodeToString(new byte[64]));
        var address = ContentAddress.parse("fixed:r:sha256:" + "0".repeat(52));
        var info =
                new PathInfo(
                        PATH,
                        Optional.of(deriver),
                        NixHash.of(HashAlgorithm.SHA256, new byte[32]),
                        112,
                        List.of(PATH),
                        List.of(signature),
                        Optional.of(address));
        WireReader in = reading(written(out -> out.unkeyedPathInfo(info)));
        var read = UnkeyedPathInfo.read(in);
        assertThat(read.narHash()).isEqualTo("0".repeat(64));
        assertThat(read.registrationTime()).isZero();
        assertThat(read.ultimate()).isFalse();
        assertThat(read.of(PATH)).isEqualTo(info);
        assertThat(in.consumed() % 8).isZero();
    }

    @Test
    void leavesOutMalformedSignatures() {
        var info =
                new UnkeyedPathInfo(
                        "", "0".repeat(64), List.of(), 0, 8, false, List.of("junk", "k:AAAA"), "");
        assertThat(info.of(PATH).signatures()).isEmpty();
    }

    @Test
    void readsBackWhatItWroteInChunksOfAnySize() throws IOException {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            long number = random.nextLong();
            String text = "ä".repeat(random.nextInt(20_000));
            var list = IntStream.range(0, random.nextInt(50)).mapToObj(Integer::toString).toList();
            byte[] bytes = written(out -> out.u64(number).string(text).strings(list).bool(true));
            var source = new ByteArrayInputStream(bytes);
            var in =
                    new WireReader(
                            (target, offset, length) ->
                                    source.read(
                                            target,
                                            offset,
                                            Math.min(length, 1 + random.nextInt(3000))));
            assertThat(in.u64("number")).as("seed %d", seed).isEqualTo(number);
            assertThat(in.string("text", 50_000)).as("seed %d", seed).isEqualTo(text);
            assertThat(in.strings("list", 50, 10)).as("seed %d", seed).isEqualTo(list);
            assertThat(in.bool("flag")).as("seed %d", seed).isTrue();
            assertThat(in.consumed()).as("seed %d", seed).isEqualTo(bytes.length);
        }
    }

    @Test
    void framesCarryAllBytesInPiecesOfAtMost64KiB() throws IOException {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var content = new byte[300_000];
        random.nextBytes(content);
        var source = new ByteArrayInputStream(content);
        byte[] bytes =
                written(
                        out -> {
                            out.string("request");
                            int left = content.length;
                            while (left > 0) {
                                left -= out.frame(source::readNBytes, left);
                            }
                            out.endOfFrames();
                        });
        var in = reading(bytes);
        assertThat(in.string("request", 10)).isEqualTo("request");
        var unframed = new ByteArrayOutputStream();
        int position = (int) in.consumed();
        while (true) {
            int frame = (int) reading(Arrays.copyOfRange(bytes, position, position + 8)).u64("f");
            position += 8;
            if (frame == 0) {
                break;
            }
            assertThat(frame).isPositive().isLessThanOrEqualTo(64 * 1024);
            unframed.write(bytes, position, frame);
            position += frame;
        }
        assertThat(position).isEqualTo(bytes.length);
        assertThat(unframed.toByteArray()).as("seed %d", seed).isEqualTo(content);
    }

    @Test
    void frameOfSourceThatFailsIsNotWritten() throws IOException {
        byte[] bytes =
                written(
                        out -> {
                            out.u64(7);
                            assertThatThrownBy(
                                            () ->
                                                    out.frame(
                                                            (target, offset, length) -> {
                                                                throw new IOException("gone");
                                                            },
                                                            100))
                                    .hasMessage("gone");
                            out.endOfFrames();
                        });
        assertThat(bytes).isEqualTo(written(out -> out.u64(7).u64(0)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ffffffffffffffff", "0000000000000080", "ffffff7f00000000"})
    void refusesGiantLengths(String length) {
        assertThatThrownBy(() -> readingHex(length).string("a path", 4096))
                .isInstanceOf(WireFormatException.class)
                .hasMessageContaining("the length of a path is ")
                .hasMessageContaining("more than the 4096 that can be");
        assertThatThrownBy(() -> readingHex(length).strings("references", 1000, 10))
                .isInstanceOf(WireFormatException.class)
                .hasMessageContaining("the number of references is ");
    }

    @Test
    void claimedLengthCostsNoMemoryBeforeBytesArrive() {
        long before = allocated();
        assertThatThrownBy(() -> readingHex("ffffff7f00000000 61").string("x", Integer.MAX_VALUE))
                .isInstanceOf(EOFException.class);
        assertThat(allocated() - before).isLessThan(1 << 20);
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean)
                        java.lang.management.ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }

    @Test
    void keepsTheStartOfLongTextAndPassesOverTheRest() throws IOException {
        var in = reading(written(out -> out.string("x".repeat(100_001)).u64(42)));
        assertThat(in.text("a log line", 10)).isEqualTo("xxxxxxxxxx");
        assertThat(in.u64("next")).isEqualTo(42);
    }

    @Test
    void refusesPaddingThatIsNotZero() {
        assertThatThrownBy(() -> readingHex("0100000000000000 6100000000000001").string("x", 8))
                .isInstanceOf(WireFormatException.class)
                .hasMessage("the padding after x is not zero");
    }

    @Test
    void refusesFlagThatIsNeitherTrueNorFalse() {
        assertThatThrownBy(() -> readingHex("0200000000000000").bool("trust"))
                .isInstanceOf(WireFormatException.class)
                .hasMessageContaining("trust is 2");
    }

    @Test
    void saysWhatItWaitedForWhenConnectionEnds() {
        assertThatThrownBy(() -> readingHex("02000000").u64("the reply"))
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("ahead of the reply");
    }
}

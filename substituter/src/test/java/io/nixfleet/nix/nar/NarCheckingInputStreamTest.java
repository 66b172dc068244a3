package io.nixfleet.nix.nar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.BrokenStream;
import io.nixfleet.testing.EndlessStream;
import io.nixfleet.testing.Seeds;
import io.nixfleet.testing.TestPaths;
import io.nixfleet.testing.TestTree;
import io.nixfleet.testing.Vectors;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NarCheckingInputStreamTest {
    private static final StorePath PATH = TestPaths.path(Seeds.random(1), "x");

    @Test
    void passesGoodArchivesThrough() {
        Seeds.forEach(
                100,
                random -> {
                    byte[] nar = TestTree.random(random, 4).toNar();
                    var source = new ByteArrayInputStream(nar);

                    var got = new byte[nar.length + 1];
                    int length = readAll(stream(inPieces(source, random), nar.length), got, random);

                    assertThat(Arrays.copyOf(got, length)).isEqualTo(nar);
                });
    }

    @Test
    void refusesTrailingBytesBeforeTheLastByteIsOut() {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        byte[] longer = Arrays.copyOf(nar, nar.length + 1);

        assertNeverCompletes(longer, nar.length, "goes on after byte 480, its NarSize");
    }

    @Test
    void refusesAnArchiveThatEndsBeforeItsNarSize() {
        byte[] nar = Vectors.bytes("nar/dir.nar");

        assertNeverCompletes(nar, 481, "ends at byte 480, before its NarSize of 481");
        assertNeverCompletes(
                Arrays.copyOf(nar, 488),
                488,
                "is malformed at byte 480: bytes after the end of the archive");
    }

    @Test
    void refusesAnArchiveLongerThanItsNarSize() {
        assertNeverCompletes(
                Vectors.bytes("nar/dir.nar"), 472, "ends at byte 472 inside a directory");
    }

    @Test
    void refusesAnArchiveCutAtEveryByte() {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        for (int kept = 0; kept < nar.length; kept++) {
            assertNeverCompletes(Arrays.copyOf(nar, kept), nar.length, "ends at byte " + kept);
        }
    }

    @Test
    void takesOneByteMoreThanNarSizeOfWhatNeverEnds() {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        var endless = new EndlessStream();

        assertThatThrownBy(
                        () ->
                                stream(
                                                new SequenceInputStream(
                                                        new ByteArrayInputStream(nar), endless),
                                                nar.length)
                                        .readAllBytes())
                .isInstanceOf(NarFormatException.class);
        assertThat(endless.taken()).isEqualTo(1);
    }

    @Test
    void failsAgainWhenReadAgain() throws IOException {
        try (InputStream stream = stream(new ByteArrayInputStream(new byte[100]), 100)) {
            assertThatThrownBy(stream::readAllBytes).isInstanceOf(NarFormatException.class);
            assertThatThrownBy(stream::read).isInstanceOf(NarFormatException.class);
        }
    }

    @Test
    void passesOnTheFailureOfTheStreamBelow() {
        var broken = new BrokenStream(new byte[0], "connection reset");

        assertThatThrownBy(() -> stream(broken, 480).readAllBytes())
                .isInstanceOf(IOException.class)
                .hasMessage("connection reset");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 1000})
    void skipsNothingUnchecked(int step) {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        nar[300] ^= 1;
        InputStream stream = stream(new ByteArrayInputStream(nar), nar.length);

        assertThatThrownBy(
                        () -> {
                            long skipped = 1;
                            while (skipped > 0) {
                                skipped = stream.skip(step);
                            }
                        })
                .isInstanceOf(NarFormatException.class);
    }

    private static void assertNeverCompletes(byte[] source, int narSize, String problem) {
        for (int piece : new int[] {1, 7, 100_000}) {
            InputStream stream = stream(new ByteArrayInputStream(source), narSize);
            var got = new int[1];
            assertThatThrownBy(
                            () -> {
                                var buffer = new byte[piece];
                                int count = 0;
                                while (count >= 0) {
                                    got[0] += count;
                                    count = stream.read(buffer);
                                }
                            })
                    .isInstanceOf(NarFormatException.class)
                    .hasMessageStartingWith("NAR of " + PATH + " " + problem);
            assertThat(got[0]).isLessThan(narSize);
        }
    }

    private static InputStream stream(InputStream source, long narSize) {
        return new NarCheckingInputStream(source, PATH, narSize);
    }

    private static int readAll(InputStream stream, byte[] buffer, RandomGenerator random) {
        try (stream) {
            int length = 0;
            int count = 0;
            while (count >= 0) {
                length += count;
                count = stream.read(buffer, length, random.nextInt(1, buffer.length - length + 1));
            }
            return length;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives fewer bytes than asked for. */
    private static InputStream inPieces(InputStream source, RandomGenerator random) {
        return new FilterInputStream(source) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return super.read(buffer, offset, random.nextInt(1, length + 1));
            }
        };
    }
}

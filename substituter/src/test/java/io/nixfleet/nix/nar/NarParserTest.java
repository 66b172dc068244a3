package io.nixfleet.nix.nar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.testing.NarBytes;
import io.nixfleet.testing.Seeds;
import io.nixfleet.testing.TestTree;
import io.nixfleet.testing.Vectors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NarParserTest {
    private static final String[] EMPTY_FILE = {"(", "type", "regular", "contents", "", ")"};

    @ParameterizedTest
    @ValueSource(
            strings = {"executable", "empty-file", "empty-dir", "symlink", "dir", "tree", "deep"})
    void writesAgainWhatNixDumped(String name) throws IOException {
        byte[] nar = Vectors.bytes("nar/" + name + ".nar");
        var copy = new ByteArrayOutputStream();

        feed(new NarParser(new NarWriter(copy)), nar);

        assertThat(copy.toByteArray()).isEqualTo(nar);
    }

    @Test
    void tellsWhatTheArchiveHolds() throws IOException {
        var expected = TestTree.directory();
        expected.entries().put("a", new TestTree.File(false, "x"));
        expected.entries().put("b", new TestTree.Symlink("a"));

        assertThat(parse(Vectors.bytes("nar/dir.nar"))).isEqualTo(expected);
        assertThat(parse(Vectors.bytes("nar/executable.nar")))
                .isEqualTo(new TestTree.File(true, "hello\n"));
        assertThat(parse(Vectors.bytes("nar/empty-file.nar")))
                .isEqualTo(new TestTree.File(false, ""));
        assertThat(parse(Vectors.bytes("nar/symlink.nar")))
                .isEqualTo(new TestTree.Symlink("target"));
        assertThat(parse(Vectors.bytes("nar/empty-dir.nar"))).isEqualTo(TestTree.directory());
    }

    @Test
    void readsWhatWasWrittenHoweverItIsCut() {
        Seeds.forEach(
                200,
                random -> {
                    TestTree tree = TestTree.random(random, 5);
                    byte[] nar = tree.toNar();
                    var builder = new TestTree.Builder();

                    feedInPieces(new NarParser(builder), nar, random, 1 + random.nextInt(40));

                    assertThat(builder.tree()).isEqualTo(tree);
                });
    }

    @Test
    void refusesArchiveCutShortAtEveryByte() {
        for (String name : List.of("dir", "executable", "symlink")) {
            byte[] nar = Vectors.bytes("nar/" + name + ".nar");
            for (int kept = 0; kept < nar.length; kept++) {
                byte[] cut = Arrays.copyOf(nar, kept);
                assertThatThrownBy(() -> parse(cut), "%s cut at %d", name, kept)
                        .isInstanceOf(NarFormatException.class)
                        .hasMessageStartingWith("NAR ends at byte " + kept + " ");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, inside the header",
        "24, at the start of a node",
        "90, inside a directory",
        "100, inside a directory entry",
        "232, 'inside a file''s contents, 1 bytes before their end'",
        "236, 'inside a file''s contents'",
        "250, inside a file",
        "470, inside a directory",
    })
    void saysWhereTheArchiveEnds(int kept, String where) {
        byte[] cut = Arrays.copyOf(Vectors.bytes("nar/dir.nar"), kept);

        assertThatThrownBy(() -> parse(cut))
                .isInstanceOfSatisfying(
                        NarFormatException.class, e -> assertThat(e.offset()).isEqualTo(kept))
                .hasMessage("NAR ends at byte %d %s".formatted(kept, where));
    }

    @Test
    void refusesBytesAfterTheEnd() {
        for (byte[] more : List.of(new byte[1], new byte[8], new byte[100_000])) {
            byte[] nar = Vectors.bytes("nar/symlink.nar");
            byte[] longer = Arrays.copyOf(nar, nar.length + more.length);

            assertThatThrownBy(() -> parse(longer))
                    .isInstanceOf(NarFormatException.class)
                    .hasMessage("NAR is malformed at byte 120: bytes after the end of the archive");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'nix-archive-2'",
                "'nix-archive-1' '(' 'type' 'fifo'",
                "'nix-archive-1' '(' 'kind'",
                "'nix-archive-1' '(' ')'",
                "'nix-archive-1' 'type'",
                "'nix-archive-1' '(' 'type' 'regular' ')'",
                "'nix-archive-1' '(' 'type' 'regular' 'executable' 'x'",
                "'nix-archive-1' '(' 'type' 'regular' 'executable' ' '",
                "'nix-archive-1' '(' 'type' 'regular' 'executable' '' ')'",
                "'nix-archive-1' '(' 'type' 'regular' 'executable' '' 'executable'",
                "'nix-archive-1' '(' 'type' 'regular' 'contents' 'x' 'executable'",
                "'nix-archive-1' '(' 'type' 'regular' 'contents' 'x' 'contents'",
                "'nix-archive-1' '(' 'type' 'symlink' ')'",
                "'nix-archive-1' '(' 'type' 'symlink' 'target' 'x' 'target'",
                "'nix-archive-1' '(' 'type' 'directory' 'name'",
                "'nix-archive-1' '(' 'type' 'directory' 'entry' 'name'",
                "'nix-archive-1' '(' 'type' 'directory' 'entry' '(' ')'",
                "'nix-archive-1' '(' 'type' 'directory' 'entry' '(' 'node'",
                "'nix-archive-1' '(' 'type' 'directory' 'entry' '(' 'name' 'a' ')'",
                "'nix-archive-1' '(' 'type' 'directory' 'entry' '(' 'name' 'a' 'node' ')'",
            })
    void refusesStringsOutOfTurn(String quoted) {
        String[] strings = quoted.substring(1, quoted.length() - 1).split("' '", -1);
        byte[] nar = new NarBytes().strings(strings).toByteArray();

        assertThatThrownBy(() -> parse(nar))
                .isInstanceOf(NarFormatException.class)
                .hasMessageStartingWith("NAR is malformed at byte ")
                .hasMessageContaining(": expected '")
                .hasMessageContaining("but found '" + strings[strings.length - 1] + "'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | the name of an entry is empty",
                ". | an entry cannot be named '.'",
                ".. | an entry cannot be named '..'",
                "a/b | an entry cannot be named 'a/b'",
                "/ | an entry cannot be named '/'",
                "../x | an entry cannot be named '../x'",
                "a\0b | an entry cannot be named 'a\\u0000b'",
            })
    void refusesForbiddenNames(String name, String problem) {
        byte[] nar = NarBytes.of("(", "type", "directory", "entry", "(", "name", name, "node");

        assertThatThrownBy(() -> parse(nar))
                .isInstanceOf(NarFormatException.class)
                .hasMessage("NAR is malformed at byte 128: " + problem);
    }

    @ParameterizedTest
    @CsvSource({
        "a, a, two entries are named 'a'",
        "b, a, 'entry ''a'' comes after ''b'', out of order'",
        "a, B, 'entry ''B'' comes after ''a'', out of order'",
        "ab, a, 'entry ''a'' comes after ''ab'', out of order'",
    })
    void refusesNamesOutOfOrder(String first, String second, String problem) {
        var nar = new NarBytes().strings("nix-archive-1", "(", "type", "directory");
        nar.strings("entry", "(", "name", first, "node").strings(EMPTY_FILE).string(")");
        nar.strings("entry", "(", "name", second, "node").strings(EMPTY_FILE).strings(")", ")");

        assertThatThrownBy(() -> parse(nar.toByteArray()))
                .isInstanceOf(NarFormatException.class)
                .hasMessageEndingWith(": " + problem);
    }

    @Test
    void ordersNamesByUnsignedBytes() throws IOException {
        var nar = new NarBytes().strings("nix-archive-1", "(", "type", "directory");
        for (String name : List.of("A", "a", "a\u0001", "a ", "ab", "\u007f", "\u0080", "\u00ff")) {
            nar.strings("entry", "(", "name", name, "node").strings(EMPTY_FILE).string(")");
        }

        new NarParser(NarVisitor.IGNORING).feed(nar.toByteArray(), 0, nar.toByteArray().length);
    }

    @Test
    void startsOrderAnewInEachDirectory() throws IOException {
        var inner = TestTree.directory();
        inner.entries().put("a", new TestTree.Symlink("x"));
        var outer = TestTree.directory();
        outer.entries().put("b", inner);
        outer.entries().put("c", inner);

        assertThat(parse(outer.toNar())).isEqualTo(outer);
    }

    @ParameterizedTest
    @CsvSource({"255, 4095", "1, 1"})
    void acceptsNamesAndTargetsUpToTheirLimits(int nameLength, int targetLength)
            throws IOException {
        var tree = TestTree.directory();
        tree.entries().put("n".repeat(nameLength), new TestTree.Symlink("t".repeat(targetLength)));

        assertThat(parse(tree.toNar())).isEqualTo(tree);
    }

    @Test
    void refusesNamesAndTargetsBeyondTheirLimits() {
        byte[] name = NarBytes.of("(", "type", "directory", "entry", "(", "name", "n".repeat(256));
        byte[] target = NarBytes.of("(", "type", "symlink", "target", "t".repeat(4096));

        assertThatThrownBy(() -> parse(name))
                .isInstanceOf(NarFormatException.class)
                .hasMessage(
                        "NAR is malformed at byte 128: a string of 256 bytes inside a directory"
                                + " entry, where at most 255 can be");
        assertThatThrownBy(() -> parse(target))
                .isInstanceOf(NarFormatException.class)
                .hasMessage(
                        "NAR is malformed at byte 88: a string of 4096 bytes inside a symbolic"
                                + " link, where at most 4095 can be");
    }

    @ParameterizedTest
    @CsvSource({"'', is empty", "a\0b, has a NUL: 'a\\u0000b'"})
    void refusesImpossibleTargets(String target, String problem) {
        assertThatThrownBy(() -> parse(NarBytes.of("(", "type", "symlink", "target", target, ")")))
                .isInstanceOf(NarFormatException.class)
                .hasMessage(
                        "NAR is malformed at byte 88: the target of a symbolic link " + problem);
    }

    @ParameterizedTest
    @ValueSource(
            longs = {33, 4096, Integer.MAX_VALUE, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void refusesOversizeLengthsBeforeTheyCome(long length) {
        byte[] nar = new NarBytes().string("nix-archive-1").length(length).toByteArray();

        assertThatThrownBy(() -> parse(nar))
                .isInstanceOf(NarFormatException.class)
                .hasMessage(
                        "NAR is malformed at byte 24: a string of %s bytes at the start of a node,"
                                        .formatted(Long.toUnsignedString(length))
                                + " where at most 32 can be");
    }

    @Test
    void refusesAFileLargerThanAnyFile() {
        byte[] nar =
                new NarBytes()
                        .strings("nix-archive-1", "(", "type", "regular", "contents")
                        .length(-8)
                        .toByteArray();

        assertThatThrownBy(() -> parse(nar))
                .isInstanceOf(NarFormatException.class)
                .hasMessageContaining("a string of 18446744073709551608 bytes inside a file's");
    }

    @Test
    void takesAHugeClaimForWhatComes() {
        byte[] nar =
                new NarBytes()
                        .strings("nix-archive-1", "(", "type", "regular", "contents")
                        .length(Long.MAX_VALUE)
                        .raw("only this")
                        .toByteArray();

        assertThatThrownBy(() -> parse(nar))
                .isInstanceOf(NarFormatException.class)
                .hasMessageEndingWith(
                        " inside a file's contents, 9223372036854775798 bytes before their end");
    }

    @Test
    void refusesPaddingThatIsNotZero() {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        int at = 0;
        while (at < nar.length) {
            int length = nar[at];
            int padded = (length + 7) / 8 * 8;
            for (int i = at + 8 + length; i < at + 8 + padded; i++) {
                byte[] changed = nar.clone();
                changed[i] = 1;
                assertThatThrownBy(() -> parse(changed), "byte %d", i)
                        .isInstanceOfSatisfying(
                                NarFormatException.class,
                                e -> assertThat(e.offset()).isBetween(0L, 479L))
                        .hasMessageEndingWith("the padding of a string is not zero");
            }
            at += 8 + padded;
        }
    }

    @Test
    void acceptsSixtyFourNodesWithinOneAnotherAndNoMore() throws IOException {
        assertThat(parse(nested(64))).isNotNull();
        assertThatThrownBy(() -> parse(nested(65)))
                .isInstanceOf(NarFormatException.class)
                .hasMessageEndingWith(": more than 64 nodes within one another");
        assertThatThrownBy(() -> parse(nested(100_000)))
                .isInstanceOf(NarFormatException.class)
                .hasMessageEndingWith(": more than 64 nodes within one another");
    }

    private static byte[] nested(int nodes) {
        var nar = new NarBytes().string("nix-archive-1");
        for (int i = 1; i < nodes; i++) {
            nar.strings("(", "type", "directory", "entry", "(", "name", "d", "node");
        }
        nar.strings(EMPTY_FILE);
        for (int i = 1; i < nodes; i++) {
            nar.strings(")", ")");
        }
        return nar.toByteArray();
    }

    @Test
    void judgesAlteredArchivesTheSameHoweverTheyAreCut() {
        byte[] nar = Vectors.bytes("nar/tree.nar");
        Seeds.forEach(
                2000,
                random -> {
                    byte[] altered = nar.clone();
                    altered[random.nextInt(altered.length)] ^= (byte) (1 << random.nextInt(8));

                    assertThat(verdict(altered, random, 13))
                            .isEqualTo(verdict(altered, random, altered.length))
                            .isEqualTo(verdict(altered, random, 1));
                });
    }

    private static List<Object> verdict(byte[] nar, RandomGenerator random, int pieces) {
        var verdict = new ArrayList<Object>();
        var builder = new TestTree.Builder();
        try {
            feedInPieces(new NarParser(builder), nar, random, pieces);
            verdict.add(builder.tree());
        } catch (NarFormatException e) {
            verdict.add(e.getMessage());
            verdict.add(e.offset());
        }
        return verdict;
    }

    private static void feedInPieces(
            NarParser parser, byte[] nar, RandomGenerator random, int largest) {
        try {
            int at = 0;
            while (at < nar.length) {
                int length = Math.min(nar.length - at, random.nextInt(1, largest + 1));
                parser.feed(nar, at, length);
                at += length;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        parser.finish();
    }

    private static void feed(NarParser parser, byte[] nar) throws IOException {
        parser.feed(nar, 0, nar.length);
        parser.finish();
    }

    private static TestTree parse(byte[] nar) throws IOException {
        var builder = new TestTree.Builder();
        feed(new NarParser(builder), nar);
        return builder.tree();
    }

    @Test
    void passesOnWhatTheVisitorThrows() {
        var failing =
                new NarWriter(
                        new OutputStream() {
                            @Override
                            public void write(int b) throws IOException {
                                throw new IOException("disk full");
                            }
                        });

        assertThatThrownBy(() -> feed(new NarParser(failing), Vectors.bytes("nar/dir.nar")))
                .isInstanceOf(IOException.class)
                .hasMessage("disk full");
    }

    @Test
    void keepsNamesThatAreNotText() throws IOException {
        String latin1 = new String(new byte[] {'a', (byte) 0xe9}, StandardCharsets.ISO_8859_1);
        byte[] nar =
                new NarBytes()
                        .strings("nix-archive-1", "(", "type", "directory")
                        .strings("entry", "(", "name", latin1, "node")
                        .strings(EMPTY_FILE)
                        .strings(")", ")")
                        .toByteArray();
        var copy = new ByteArrayOutputStream();

        feed(new NarParser(new NarWriter(copy)), nar);

        assertThat(copy.toByteArray()).isEqualTo(nar);
    }
}

package io.nixfleet.nix.nar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.testing.TestTree;
import io.nixfleet.testing.Vectors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class NarWriterTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final NarWriter writer = new NarWriter(out);

    @Test
    void writesTheBytesThatNixWrites() {
        String expected =
                "0d000000000000006e69782d617263686976652d310000000100000000000000280000000000000004"
                    + "0000000000000074797065000000000700000000000000726567756c6172000a00000000000000"
                    + "65786563757461626c6500000000000000000000000000000800000000000000636f6e74656e74"
                    + "73060000000000000068656c6c6f0a000001000000000000002900000000000000";

        assertThat(HexFormat.of().formatHex(new TestTree.File(true, "hello\n").toNar()))
                .isEqualTo(expected);
    }

    @Test
    void givesTheHashesThatNixGives() {
        var directory = TestTree.directory();
        directory.entries().put("a", new TestTree.File(false, "x"));
        directory.entries().put("b", new TestTree.Symlink("a"));

        assertThat(hash(new TestTree.File(true, "hello\n"))).isEqualTo(expected("executable"));
        assertThat(hash(new TestTree.File(false, ""))).isEqualTo(expected("empty-file"));
        assertThat(hash(TestTree.directory())).isEqualTo(expected("empty-dir"));
        assertThat(hash(new TestTree.Symlink("target"))).isEqualTo(expected("symlink"));
        assertThat(hash(directory))
                .isEqualTo(expected("dir"))
                .isEqualTo("1wj75pz01l7nvwlfdx70p07q1m7fh2pmm7q9hkczjiwz6ddg6bgf");
    }

    private static String hash(TestTree tree) {
        return NixHash.compute(HashAlgorithm.SHA256, tree.toNar()).toNixBase32();
    }

    private static String expected(String name) {
        return Vectors.text("nar/sha256")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void knowsWhenTheArchiveIsWhole() throws IOException {
        assertThat(writer.complete()).isFalse();
        writer.directoryBegin();
        assertThat(writer.complete()).isFalse();
        writer.entry(bytes("a"));
        assertThat(writer.complete()).isFalse();
        writer.symlink(bytes("x"));
        assertThat(writer.complete()).isFalse();
        writer.directoryEnd();
        assertThat(writer.complete()).isTrue();
    }

    @Test
    void refusesEventsOutOfTurn() throws IOException {
        assertThatThrownBy(writer::fileEnd)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a file's end cannot come here in a NAR");
        assertThatThrownBy(writer::directoryEnd).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> writer.entry(bytes("a")))
                .isInstanceOf(IllegalStateException.class);

        writer.fileBegin(false, 2);
        assertThatThrownBy(() -> writer.fileContent(new byte[3], 0, 3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("so much content cannot come here in a NAR");
        assertThatThrownBy(writer::fileEnd).isInstanceOf(IllegalStateException.class);
        writer.fileContent(new byte[2], 0, 2);
        writer.fileEnd();

        assertThatThrownBy(writer::directoryBegin)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a node cannot come here in a NAR");
    }

    @Test
    void refusesNamesAndTargetsThatNoArchiveMayHave() throws IOException {
        assertThatThrownBy(() -> writer.symlink(new byte[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the target of a symbolic link is empty");
        writer.directoryBegin();
        for (String name : List.of("", ".", "..", "a/b", "a\0", "n".repeat(256))) {
            assertThatThrownBy(
                            () -> {
                                var other = new NarWriter(new ByteArrayOutputStream());
                                other.directoryBegin();
                                other.entry(bytes(name));
                            })
                    .isInstanceOf(IllegalArgumentException.class);
        }
        writer.entry(bytes("b"));
        writer.symlink(bytes("x"));
        assertThatThrownBy(() -> writer.entry(bytes("a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("entry 'a' comes after 'b', out of order");
    }

    @Test
    void refusesTooManyNodesWithinOneAnother() throws IOException {
        for (int i = 0; i < 64; i++) {
            writer.directoryBegin();
            writer.entry(bytes("d"));
        }
        assertThatThrownBy(() -> writer.fileBegin(false, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("more than 64 nodes within one another");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

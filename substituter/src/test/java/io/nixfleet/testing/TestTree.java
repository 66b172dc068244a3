package io.nixfleet.testing;

import io.nixfleet.nix.nar.NarVisitor;
import io.nixfleet.nix.nar.NarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** A file tree in memory. */
public sealed interface TestTree {
    /**
     * A regular file.
     *
     * @param content one character for each byte
     */
    record File(boolean executable, String content) implements TestTree {}

    record Symlink(String target) implements TestTree {}

    /**
     * A directory.
     *
     * @param entries by name, in the order of the names' bytes
     */
    record Directory(SortedMap<String, TestTree> entries) implements TestTree {}

    /** Names in the order that NARs have: by unsigned bytes of UTF-8. */
    Comparator<String> NAME_ORDER =
            Comparator.comparing(
                    name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    static Directory directory() {
        return new Directory(new TreeMap<>(NAME_ORDER));
    }

    /** A file of random bytes. */
    static File file(RandomGenerator random, int size) {
        var bytes = new byte[size];
        random.nextBytes(bytes);
        return new File(false, new String(bytes, StandardCharsets.ISO_8859_1));
    }

    /** A tree of any kind, at most {@code depth} nodes deep. */
    static TestTree random(RandomGenerator random, int depth) {
        int kind = random.nextInt(depth > 1 ? 5 : 3);
        if (kind == 0) {
            return new Symlink(name(random));
        }
        if (kind < 3) {
            File file = file(random, random.nextInt(random.nextInt(8) == 0 ? 100_000 : 40));
            return new File(random.nextBoolean(), file.content());
        }
        Directory directory = directory();
        for (int i = random.nextInt(6); i > 0; i--) {
            directory.entries().put(name(random), random(random, depth - 1));
        }
        return directory;
    }

    private static String name(RandomGenerator random) {
        var name = new StringBuilder();
        for (int i = random.nextInt(1, 12); i > 0; i--) {
            int character = random.nextInt(0x20, random.nextInt(6) == 0 ? 0x3000 : 0x7f);
            name.appendCodePoint(character == '/' || character == 0x7f ? 'x' : character);
        }
        String text = name.toString();
        return text.equals(".") || text.equals("..") ? "dots" : text;
    }

    /** Tells the visitor of this tree. */
    default void accept(NarVisitor visitor) throws IOException {
        switch (this) {
            case File(boolean executable, String content) -> {
                byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
                visitor.fileBegin(executable, bytes.length);
                visitor.fileContent(bytes, 0, bytes.length);
                visitor.fileEnd();
            }
            case Symlink(String target) -> visitor.symlink(target.getBytes(StandardCharsets.UTF_8));
            case Directory(var entries) -> {
                visitor.directoryBegin();
                for (var entry : entries.entrySet()) {
                    visitor.entry(entry.getKey().getBytes(StandardCharsets.UTF_8));
                    entry.getValue().accept(visitor);
                }
                visitor.directoryEnd();
            }
        }
    }

    /** This tree as a NAR. */
    default byte[] toNar() {
        var nar = new ByteArrayOutputStream();
        try {
            accept(new NarWriter(nar));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return nar.toByteArray();
    }

    /** Builds the tree that it is told of. */
    final class Builder implements NarVisitor {
        private final Deque<Directory> open = new ArrayDeque<>();
        private final Deque<String> names = new ArrayDeque<>();
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private boolean executable;
        private long size;
        private TestTree last = directory();

        /** The last tree that ended. */
        public TestTree tree() {
            return last;
        }

        @Override
        public void directoryBegin() {
            open.push(directory());
        }

        @Override
        public void entry(byte[] name) {
            names.push(new String(name, StandardCharsets.UTF_8));
        }

        @Override
        public void directoryEnd() {
            add(open.pop());
        }

        @Override
        public void fileBegin(boolean isExecutable, long claimedSize) {
            executable = isExecutable;
            size = claimedSize;
            content.reset();
        }

        @Override
        public void fileContent(byte[] buffer, int offset, int length) {
            content.write(buffer, offset, length);
        }

        @Override
        public void fileEnd() {
            if (content.size() != size) {
                throw new AssertionError(
                        "a file of %d bytes came with %d: %s"
                                .formatted(
                                        size,
                                        content.size(),
                                        HexFormat.of().formatHex(content.toByteArray())));
            }
            add(new File(executable, content.toString(StandardCharsets.ISO_8859_1)));
        }

        @Override
        public void symlink(byte[] target) {
            add(new Symlink(new String(target, StandardCharsets.UTF_8)));
        }

        private void add(TestTree tree) {
            last = tree;
            if (!open.isEmpty()) {
                open.element().entries().put(names.pop(), tree);
            }
        }
    }
}

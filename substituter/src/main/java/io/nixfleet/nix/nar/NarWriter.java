package io.nixfleet.nix.nar;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Writes the events that it takes as a NAR. Makes many small writes: hand it a buffered stream. The
 * stream is neither flushed nor closed. For one archive and one thread.
 *
 * <p>Events out of turn are an {@link IllegalStateException}, names or targets that no archive may
 * have an {@link IllegalArgumentException}.
 */
public final class NarWriter implements NarVisitor {
    private final OutputStream out;
    private final byte[] scratch = new byte[NarRules.MAX_TAG];

    /** The last entry's name in each open directory. */
    private final Deque<byte[]> directories = new ArrayDeque<>();

    private boolean nodeExpected = true;
    private boolean inFile;
    private long contentsLeft;
    private int contentsPadding;

    public NarWriter(OutputStream out) {
        this.out = out;
    }

    /** Whether the archive is whole. */
    public boolean complete() {
        return !nodeExpected && !inFile && directories.isEmpty();
    }

    @Override
    public void directoryBegin() throws IOException {
        nodeBegin();
        tags(NarTag.TYPE, NarTag.DIRECTORY);
        directories.push(NarRules.NO_NAME);
    }

    @Override
    public void entry(byte[] name) throws IOException {
        inTurn(!nodeExpected && !inFile && !directories.isEmpty(), "an entry");
        refuse(NarRules.nameProblem(name, directories.pop()));
        directories.push(name.clone());
        tags(NarTag.ENTRY, NarTag.OPEN, NarTag.NAME);
        string(name);
        tags(NarTag.NODE);
        nodeExpected = true;
    }

    @Override
    public void directoryEnd() throws IOException {
        inTurn(!nodeExpected && !inFile && !directories.isEmpty(), "a directory's end");
        directories.pop();
        nodeEnd();
    }

    @Override
    public void fileBegin(boolean executable, long size) throws IOException {
        if (size < 0) {
            throw new IllegalArgumentException("a file cannot have %d bytes".formatted(size));
        }
        nodeBegin();
        tags(NarTag.TYPE, NarTag.REGULAR);
        if (executable) {
            tags(NarTag.EXECUTABLE, NarTag.NOTHING);
        }
        tags(NarTag.CONTENTS);
        length(size);
        contentsLeft = size;
        contentsPadding = NarRules.padding(size);
        inFile = true;
    }

    @Override
    public void fileContent(byte[] buffer, int offset, int length) throws IOException {
        inTurn(inFile && length <= contentsLeft, "so much content");
        contentsLeft -= length;
        out.write(buffer, offset, length);
    }

    @Override
    public void fileEnd() throws IOException {
        inTurn(inFile && contentsLeft == 0, "a file's end");
        inFile = false;
        zeros(contentsPadding);
        nodeEnd();
    }

    @Override
    public void symlink(byte[] target) throws IOException {
        refuse(NarRules.targetProblem(target));
        nodeBegin();
        tags(NarTag.TYPE, NarTag.SYMLINK, NarTag.TARGET);
        string(target);
        nodeEnd();
    }

    private void nodeBegin() throws IOException {
        inTurn(nodeExpected, "a node");
        if (directories.isEmpty()) {
            tags(NarTag.MAGIC);
        }
        if (directories.size() == NarRules.MAX_DEPTH) {
            throw new IllegalArgumentException(
                    "more than %d nodes within one another".formatted(NarRules.MAX_DEPTH));
        }
        nodeExpected = false;
        tags(NarTag.OPEN);
    }

    private void nodeEnd() throws IOException {
        tags(NarTag.CLOSE);
        if (!directories.isEmpty()) {
            tags(NarTag.CLOSE);
        }
    }

    private static void inTurn(boolean allowed, String event) {
        if (!allowed) {
            throw new IllegalStateException(event + " cannot come here in a NAR");
        }
    }

    private static void refuse(Optional<String> problem) {
        problem.ifPresent(
                message -> {
                    throw new IllegalArgumentException(message);
                });
    }

    private void tags(NarTag... tags) throws IOException {
        for (NarTag tag : tags) {
            length(tag.length());
            tag.copyTo(scratch, 0);
            out.write(scratch, 0, tag.length());
            zeros(NarRules.padding(tag.length()));
        }
    }

    private void string(byte[] text) throws IOException {
        length(text.length);
        out.write(text);
        zeros(NarRules.padding(text.length));
    }

    private void length(long length) throws IOException {
        for (int i = 0; i < Long.BYTES; i++) {
            scratch[i] = (byte) (length >>> (i * Byte.SIZE));
        }
        out.write(scratch, 0, Long.BYTES);
    }

    private void zeros(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            out.write(0);
        }
    }
}

package io.nixfleet.nix.nar;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/** The grammar of a NAR over its strings: what may follow what, and the events that come of it. */
final class NarGrammar {
    private final NarVisitor visitor;

    /** The last entry's name in each open directory, by depth. */
    private final byte[][] lastNames = new byte[NarRules.MAX_DEPTH][];

    private NarPosition position = NarPosition.MAGIC;
    private int depth;
    private boolean executable;

    NarGrammar(NarVisitor visitor) {
        this.visitor = visitor;
    }

    NarPosition position() {
        return position;
    }

    /** Takes a string other than file contents; {@code at} is its offset in the archive. */
    void string(byte[] buffer, int offset, int length, long at) throws IOException {
        position =
                switch (position) {
                    case MAGIC ->
                            after(NarTag.MAGIC, NarPosition.NODE_OPEN, buffer, offset, length, at);
                    case NODE_OPEN -> {
                        after(NarTag.OPEN, NarPosition.TYPE_KEY, buffer, offset, length, at);
                        yield openNode(at);
                    }
                    case TYPE_KEY ->
                            after(NarTag.TYPE, NarPosition.TYPE, buffer, offset, length, at);
                    case TYPE -> type(buffer, offset, length, at);
                    case FILE_FIELD -> fileField(buffer, offset, length, at);
                    case EXECUTABLE_MARKER -> {
                        executable = true;
                        yield after(
                                NarTag.NOTHING,
                                NarPosition.CONTENTS_KEY,
                                buffer,
                                offset,
                                length,
                                at);
                    }
                    case CONTENTS_KEY ->
                            after(
                                    NarTag.CONTENTS,
                                    NarPosition.CONTENTS,
                                    buffer,
                                    offset,
                                    length,
                                    at);
                    case TARGET_KEY ->
                            after(NarTag.TARGET, NarPosition.TARGET, buffer, offset, length, at);
                    case TARGET -> target(Arrays.copyOfRange(buffer, offset, offset + length), at);
                    case FILE_CLOSE, SYMLINK_CLOSE -> {
                        after(NarTag.CLOSE, NarPosition.END, buffer, offset, length, at);
                        yield closeNode();
                    }
                    case DIRECTORY_NEXT -> directoryNext(buffer, offset, length, at);
                    case ENTRY_OPEN ->
                            after(NarTag.OPEN, NarPosition.NAME_KEY, buffer, offset, length, at);
                    case NAME_KEY ->
                            after(NarTag.NAME, NarPosition.NAME, buffer, offset, length, at);
                    case NAME -> name(Arrays.copyOfRange(buffer, offset, offset + length), at);
                    case NODE_KEY ->
                            after(NarTag.NODE, NarPosition.NODE_OPEN, buffer, offset, length, at);
                    case ENTRY_CLOSE ->
                            after(
                                    NarTag.CLOSE,
                                    NarPosition.DIRECTORY_NEXT,
                                    buffer,
                                    offset,
                                    length,
                                    at);
                    case CONTENTS, END -> throw new IllegalStateException(position.name());
                };
    }

    void contentsBegin(long size) throws IOException {
        visitor.fileBegin(executable, size);
    }

    void contents(byte[] buffer, int offset, int length) throws IOException {
        visitor.fileContent(buffer, offset, length);
    }

    void contentsEnd() throws IOException {
        visitor.fileEnd();
        position = NarPosition.FILE_CLOSE;
    }

    private NarPosition openNode(long at) {
        if (depth == NarRules.MAX_DEPTH) {
            throw NarFormatException.malformed(
                    at, "more than %d nodes within one another".formatted(NarRules.MAX_DEPTH));
        }
        depth++;
        return NarPosition.TYPE_KEY;
    }

    private NarPosition closeNode() {
        depth--;
        return depth == 0 ? NarPosition.END : NarPosition.ENTRY_CLOSE;
    }

    private NarPosition type(byte[] buffer, int offset, int length, long at) throws IOException {
        if (NarTag.REGULAR.isAt(buffer, offset, length)) {
            executable = false;
            return NarPosition.FILE_FIELD;
        }
        if (NarTag.SYMLINK.isAt(buffer, offset, length)) {
            return NarPosition.TARGET_KEY;
        }
        if (NarTag.DIRECTORY.isAt(buffer, offset, length)) {
            lastNames[depth - 1] = NarRules.NO_NAME;
            visitor.directoryBegin();
            return NarPosition.DIRECTORY_NEXT;
        }
        throw unexpected("'regular', 'symlink' or 'directory'", buffer, offset, length, at);
    }

    private NarPosition fileField(byte[] buffer, int offset, int length, long at) {
        if (NarTag.CONTENTS.isAt(buffer, offset, length)) {
            return NarPosition.CONTENTS;
        }
        if (NarTag.EXECUTABLE.isAt(buffer, offset, length)) {
            return NarPosition.EXECUTABLE_MARKER;
        }
        throw unexpected("'contents' or 'executable'", buffer, offset, length, at);
    }

    private NarPosition directoryNext(byte[] buffer, int offset, int length, long at)
            throws IOException {
        if (NarTag.ENTRY.isAt(buffer, offset, length)) {
            return NarPosition.ENTRY_OPEN;
        }
        if (NarTag.CLOSE.isAt(buffer, offset, length)) {
            visitor.directoryEnd();
            return closeNode();
        }
        throw unexpected("'entry' or ')'", buffer, offset, length, at);
    }

    private NarPosition name(byte[] name, long at) throws IOException {
        refuse(NarRules.nameProblem(name, lastNames[depth - 1]), at);
        lastNames[depth - 1] = name;
        visitor.entry(name.clone());
        return NarPosition.NODE_KEY;
    }

    private NarPosition target(byte[] target, long at) throws IOException {
        refuse(NarRules.targetProblem(target), at);
        visitor.symlink(target);
        return NarPosition.SYMLINK_CLOSE;
    }

    private static void refuse(Optional<String> problem, long at) {
        if (problem.isPresent()) {
            throw NarFormatException.malformed(at, problem.get());
        }
    }

    private static NarPosition after(
            NarTag tag, NarPosition next, byte[] buffer, int offset, int length, long at) {
        if (!tag.isAt(buffer, offset, length)) {
            throw unexpected(tag.toString(), buffer, offset, length, at);
        }
        return next;
    }

    private static NarFormatException unexpected(
            String expected, byte[] buffer, int offset, int length, long at) {
        String found = NarRules.show(Arrays.copyOfRange(buffer, offset, offset + length));
        return NarFormatException.malformed(
                at, "expected %s but found %s".formatted(expected, found));
    }
}

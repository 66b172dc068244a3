package io.nixfleet.nix.nar;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads a NAR that arrives in chunks of any size and tells a {@link NarVisitor} what it holds. The
 * verdict and the events, content pieces aside, do not depend on how the bytes are cut. Holds a few
 * kilobytes, whatever the archive claims; file contents pass through without being copied or looked
 * at. For one archive and one thread; of no use any more once it threw.
 */
public final class NarParser {
    private static final VarHandle LITTLE_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int LENGTH_BYTES = 8;

    /** What part of a string comes next. */
    private enum Part {
        LENGTH,
        STRING,
        CONTENTS,
        CONTENTS_PADDING
    }

    private final NarGrammar grammar;

    /** A length, string or padding of which a first piece came at the end of a chunk. */
    private final byte[] pending = new byte[NarRules.MAX_TARGET + NarRules.ALIGNMENT];

    private int pendingLength;

    private Part part = Part.LENGTH;
    private long stringAt;
    private int stringLength;
    private int paddingLength;
    private long contentsLeft;
    private long offset;

    public NarParser(NarVisitor visitor) {
        this.grammar = new NarGrammar(visitor);
    }

    /** The number of bytes that came so far. */
    public long offset() {
        return offset;
    }

    /** Whether the bytes that came are a whole archive. */
    public boolean complete() {
        return grammar.position() == NarPosition.END;
    }

    /**
     * Takes the next bytes.
     *
     * @throws NarFormatException when they cannot go on this way; so for any after the end
     * @throws IOException as the visitor threw it
     */
    public void feed(byte[] buffer, int start, int length) throws IOException {
        int at = start;
        int end = start + length;
        while (at < end) {
            if (complete()) {
                throw NarFormatException.malformed(offset, "bytes after the end of the archive");
            }
            at += part == Part.CONTENTS ? contents(buffer, at, end) : piece(buffer, at, end);
        }
    }

    /**
     * Ends the archive.
     *
     * @throws NarFormatException when it is not complete
     */
    public void finish() {
        if (complete()) {
            return;
        }
        String missing =
                part == Part.CONTENTS ? ", %d bytes before their end".formatted(contentsLeft) : "";
        throw new NarFormatException(
                offset,
                "ends at byte %d %s%s".formatted(offset, grammar.position().where(), missing));
    }

    private int contents(byte[] buffer, int at, int end) throws IOException {
        int taken = (int) Math.min(contentsLeft, end - at);
        grammar.contents(buffer, at, taken);
        offset += taken;
        contentsLeft -= taken;
        if (contentsLeft == 0) {
            contentsDone();
        }
        return taken;
    }

    /** Takes bytes of a part that is understood as a whole; answers how many. */
    private int piece(byte[] buffer, int at, int end) throws IOException {
        int wanted = partLength() - pendingLength;
        int taken = Math.min(wanted, end - at);
        offset += taken;
        if (taken < wanted || pendingLength > 0) {
            System.arraycopy(buffer, at, pending, pendingLength, taken);
            pendingLength += taken;
            if (taken == wanted) {
                pendingLength = 0;
                whole(pending, 0);
            }
        } else {
            whole(buffer, at);
        }
        return taken;
    }

    private int partLength() {
        return switch (part) {
            case LENGTH -> LENGTH_BYTES;
            case STRING -> stringLength + paddingLength;
            case CONTENTS_PADDING -> paddingLength;
            case CONTENTS -> throw new IllegalStateException("contents are not collected");
        };
    }

    private void whole(byte[] buffer, int at) throws IOException {
        switch (part) {
            case LENGTH -> length((long) LITTLE_ENDIAN_LONG.get(buffer, at));
            case STRING -> {
                checkPadding(buffer, at + stringLength);
                string(buffer, at);
            }
            case CONTENTS_PADDING -> {
                checkPadding(buffer, at);
                contentsEnd();
            }
            case CONTENTS -> throw new IllegalStateException("contents are not collected");
        }
    }

    private void length(long length) throws IOException {
        stringAt = offset - LENGTH_BYTES;
        NarPosition position = grammar.position();
        if (length < 0 || length > position.maxLength()) {
            throw NarFormatException.malformed(
                    stringAt,
                    "a string of %s bytes %s, where at most %d can be"
                            .formatted(
                                    Long.toUnsignedString(length),
                                    position.where(),
                                    position.maxLength()));
        }
        paddingLength = NarRules.padding(length);
        if (position == NarPosition.CONTENTS) {
            contentsLeft = length;
            part = Part.CONTENTS;
            grammar.contentsBegin(length);
            if (length == 0) {
                contentsEnd();
            }
            return;
        }
        stringLength = (int) length;
        part = Part.STRING;
        if (length == 0) {
            string(pending, 0);
        }
    }

    private void string(byte[] buffer, int at) throws IOException {
        part = Part.LENGTH;
        grammar.string(buffer, at, stringLength, stringAt);
    }

    private void contentsDone() throws IOException {
        if (paddingLength == 0) {
            contentsEnd();
        } else {
            part = Part.CONTENTS_PADDING;
        }
    }

    private void contentsEnd() throws IOException {
        part = Part.LENGTH;
        grammar.contentsEnd();
    }

    private void checkPadding(byte[] buffer, int at) {
        for (int i = 0; i < paddingLength; i++) {
            if (buffer[at + i] != 0) {
                throw NarFormatException.malformed(
                        offset - paddingLength, "the padding of a string is not zero");
            }
        }
    }
}

package io.nixfleet.nix.nar;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StorePath;

/** Bytes that are not a NAR, or not the NAR that was promised. */
public final class NarFormatException extends FormatException {
    private final long offset;
    private final String problem;

    /**
     * Makes one.
     *
     * @param problem goes on after the word "NAR": {@code ends at byte 17 inside …}
     */
    NarFormatException(long offset, String problem) {
        this("NAR", offset, problem);
    }

    private NarFormatException(String subject, long offset, String problem) {
        super(subject + " " + problem);
        this.offset = offset;
        this.problem = problem;
    }

    static NarFormatException malformed(long offset, String problem) {
        return new NarFormatException(
                offset, "is malformed at byte %d: %s".formatted(offset, problem));
    }

    /** The same with the path in its message. */
    NarFormatException of(StorePath path) {
        return new NarFormatException("NAR of " + path, offset, problem);
    }

    /** Where the fault lies, in bytes from the archive's start. */
    public long offset() {
        return offset;
    }
}

package io.nixfleet.nix.narinfo;

import io.nixfleet.nix.encoding.FormatException;

/** A narinfo that does not follow the format. The message says which narinfo, where and why. */
public final class NarInfoFormatException extends FormatException {
    private static final String ADVICE = "; check that the URL is a Nix cache";

    private final int line;

    NarInfoFormatException(String source, int line, String problem) {
        super("narinfo from %s line %d: %s".formatted(source, line, problem) + ADVICE);
        this.line = line;
    }

    NarInfoFormatException(String source, int line, String problem, FormatException cause) {
        super("narinfo from %s line %d: %s".formatted(source, line, problem) + ADVICE, cause);
        this.line = line;
    }

    NarInfoFormatException(String source, String problem) {
        super("narinfo from %s: %s".formatted(source, problem) + ADVICE);
        this.line = 0;
    }

    /**
     * The line at fault, the first being 1; 0 when the fault is of the whole, as a missing field.
     */
    public int line() {
        return line;
    }
}

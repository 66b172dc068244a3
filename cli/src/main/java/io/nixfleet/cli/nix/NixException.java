package io.nixfleet.cli.nix;

import java.io.IOException;

/** A command did not do what it was to do. */
public final class NixException extends IOException {
    private static final long serialVersionUID = 1;

    private final String what;
    private final String output;

    /**
     * @param what it was to do
     * @param why it ended, in a word
     * @param output what it complained, as it came
     */
    public NixException(String what, String why, String output) {
        super("%s: %s".formatted(what, why));
        this.what = what;
        this.output = OutputText.printable(output);
    }

    /** What it was to do. */
    public String what() {
        return what;
    }

    /** What it complained, harmless to a terminal; empty if it said nothing. */
    public String output() {
        return output;
    }
}

package io.nixfleet.substituter.daemon.wire;

import java.util.regex.Pattern;

/** Text for logs: what a program printed for a terminal, without escapes and control characters. */
public final class PlainText {
    // CSI sequences (colours, cursor), OSC sequences (titles, links), and two-character escapes.
    private static final Pattern ESCAPES =
            Pattern.compile(
                    "\u001b(?:\\[[0-?]*["
                            + " -/]*[@-~]?|][^\u0007\u001b]*(?:\u0007|\u001b\\\\)?|[@-Z^_])");
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cntrl}\u0080-\u009f&&[^\n\t]]");

    private PlainText() {}

    public static String of(String text) {
        return CONTROLS.matcher(ESCAPES.matcher(text).replaceAll("")).replaceAll("").strip();
    }
}

package io.nixfleet.cli.nix;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a child printed, made fit for a terminal and for reports. */
public final class OutputText {
    private static final Pattern COLOURS = Pattern.compile("\u001b\\[[0-9;]*[A-Za-z]");
    private static final Pattern LOGIN = Pattern.compile("(?<=://)[^/@\\s'\"]+:[^/@\\s'\"]+@");
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cntrl}\\x{80}-\\x{9f}]");

    private OutputText() {}

    /** All of it, a line a line, without colours, control characters and passwords. */
    public static String printable(String output) {
        return output.lines().map(OutputText::line).collect(Collectors.joining("\n")).strip();
    }

    /** One line of it. */
    public static String line(String raw) {
        String plain = COLOURS.matcher(raw).replaceAll("").replace("\t", "    ");
        plain = LOGIN.matcher(plain).replaceAll("***@");
        return CONTROLS.matcher(plain).replaceAll("?").stripTrailing();
    }
}

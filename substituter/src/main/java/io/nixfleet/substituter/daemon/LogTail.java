package io.nixfleet.substituter.daemon;

import io.nixfleet.substituter.daemon.wire.PlainText;
import java.util.ArrayDeque;
import java.util.Deque;

/** The last lines of a log, few and short. Safe for use by several threads at once. */
final class LogTail {
    private static final int LINES = 10;
    private static final int LINE_LENGTH = 500;

    private final Deque<String> lines = new ArrayDeque<>();
    private final StringBuilder unfinished = new StringBuilder();

    synchronized void addLine(String line) {
        String plain = PlainText.of(line);
        if (plain.isEmpty()) {
            return;
        }
        if (lines.size() == LINES) {
            lines.removeFirst();
        }
        lines.addLast(plain.length() > LINE_LENGTH ? plain.substring(0, LINE_LENGTH) + "…" : plain);
    }

    /** Adds a piece of text that may end within a line. */
    synchronized void addText(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                addLine(unfinished.toString());
                unfinished.setLength(0);
            } else if (unfinished.length() < 2 * LINE_LENGTH) {
                unfinished.append(c);
            }
        }
    }

    synchronized void clear() {
        lines.clear();
        unfinished.setLength(0);
    }

    /** All that is kept; lines joined by line feeds. */
    synchronized String text() {
        String last = PlainText.of(unfinished.toString());
        String whole = String.join("\n", lines);
        return last.isEmpty() ? whole : whole.isEmpty() ? last : whole + "\n" + last;
    }
}

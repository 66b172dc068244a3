package io.nixfleet.agent.logging;

import java.util.Locale;

/** Text of strangers, made fit for one line of a log. */
final class LineText {
    private LineText() {}

    /**
     * For a terminal: what ends the line, moves the cursor or turns the text around is spelt out.
     *
     * @param bound of the result, in characters; what is longer is cut and ends with {@code …}
     */
    static String plain(String text, int bound) {
        return escape(text, "", bound);
    }

    /** For the inside of a JSON string, and otherwise as {@link #plain}. */
    static String json(String text, int bound) {
        return escape(text, "\"\\", bound);
    }

    private static String escape(String text, String quoted, int bound) {
        var line = new StringBuilder(Math.min(text.length() + 16, bound + 1));
        int next = 0;
        while (next < text.length()) {
            int c = text.codePointAt(next);
            next += Character.charCount(c);
            String piece = piece(c, quoted);
            if (line.length() + piece.length() > bound) {
                return line.append('…').toString();
            }
            line.append(piece);
        }
        return line.toString();
    }

    private static String piece(int c, String quoted) {
        if (quoted.indexOf(c) >= 0) {
            return "\\" + Character.toString(c);
        }
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> isHarmless(c) ? Character.toString(c) : unicode(c);
        };
    }

    private static boolean isHarmless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    false;
            default -> true;
        };
    }

    /** As JSON spells it, with two escapes for what is beyond 16 bits. */
    private static String unicode(int c) {
        var escaped = new StringBuilder();
        for (char unit : Character.toChars(c)) {
            escaped.append("\\u%04x".formatted((int) unit).toLowerCase(Locale.ROOT));
        }
        return escaped.toString();
    }
}

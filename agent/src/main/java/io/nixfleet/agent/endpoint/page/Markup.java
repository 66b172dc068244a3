package io.nixfleet.agent.endpoint.page;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * HTML as it is written; no text that comes in can become markup. What comes out is well-formed XML
 * besides, which parsers of less forgiveness can check.
 */
final class Markup {
    /** Of one text; whoever sends more wants to drown the rest. */
    private static final int LONGEST_TEXT = 4000;

    private static final int UNKNOWN = 0xFFFD;

    private final StringBuilder out = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    /** What a text keeps: no control or direction characters, no halves of characters. */
    static String clean(String text) {
        var clean = new StringBuilder();
        for (int i = 0; i < text.length(); ) {
            if (clean.length() >= LONGEST_TEXT) {
                return clean.append('…').toString();
            }
            int character = text.codePointAt(i);
            clean.appendCodePoint(isHarmless(character) ? character : UNKNOWN);
            i += Character.charCount(character);
        }
        return clean.toString();
    }

    private static boolean isHarmless(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL -> character == '\n' || character == '\t';
            case Character.SURROGATE, Character.UNASSIGNED -> false;
            // Marks, embeddings and isolates that turn the order of what follows.
            case Character.FORMAT ->
                    character != 0x061C
                            && !(character >= 0x200E && character <= 0x200F)
                            && !(character >= 0x202A && character <= 0x202E)
                            && !(character >= 0x2066 && character <= 0x2069);
            default -> true;
        };
    }

    private static String escape(String text) {
        return clean(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /**
     * An element that holds what follows, until {@link #close}.
     *
     * @param attributes names and values in turns; names are of this program
     */
    Markup open(String name, String... attributes) {
        out.append('<').append(name);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            out.append(escape(attributes[i + 1])).append('"');
        }
        out.append('>');
        open.push(name);
        return this;
    }

    /** An element of a text. */
    Markup element(String name, String text, String... attributes) {
        return open(name, attributes).text(text).close();
    }

    Markup text(String text) {
        out.append(escape(text));
        return this;
    }

    Markup close() {
        String name = open.pop();
        out.append("</").append(name).append('>');
        if (isOfALine(name)) {
            out.append('\n');
        }
        return this;
    }

    private static boolean isOfALine(String name) {
        return switch (name) {
            case "a", "b", "code", "span", "time" -> false;
            default -> true;
        };
    }

    @Override
    public String toString() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("not closed: " + open);
        }
        return out.toString();
    }
}

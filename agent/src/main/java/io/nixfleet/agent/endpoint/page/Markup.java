package io.nixfleet.agent.endpoint.page;

import io.nixfleet.agent.markup.MarkupText;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * HTML as it is written; no text that comes in can become markup. What comes out is well-formed XML
 * besides, which parsers of less forgiveness can check.
 */
final class Markup {
    /** Of one text; whoever sends more wants to drown the rest. */
    private static final int LONGEST_TEXT = 4000;

    private final StringBuilder out = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    /** What a text keeps. */
    static String clean(String text) {
        return MarkupText.clean(text, LONGEST_TEXT);
    }

    private static String escape(String text) {
        return MarkupText.escape(clean(text));
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

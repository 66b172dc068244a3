package io.nixfleet.it.report;

import io.nixfleet.agent.markup.MarkupText;
import java.util.ArrayDeque;
import java.util.Deque;

/** HTML or SVG as it is written; no text that comes in can become markup. */
final class Markup {
    private final StringBuilder out = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    /**
     * An element that holds what follows, until {@link #close}.
     *
     * @param attributes names and values in turns; names are of this program
     */
    Markup open(String name, String... attributes) {
        tag(name, attributes);
        open.push(name);
        return this;
    }

    /** An element without content or end, such as {@code <meta>}. */
    Markup single(String name, String... attributes) {
        return tag(name, attributes);
    }

    private Markup tag(String name, String... attributes) {
        out.append('<').append(name);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            out.append(MarkupText.escape(attributes[i + 1])).append('"');
        }
        out.append('>');
        return this;
    }

    /** An element of a text. */
    Markup element(String name, String text, String... attributes) {
        return open(name, attributes).text(text).close();
    }

    Markup text(String text) {
        out.append(MarkupText.escape(text));
        return this;
    }

    /** What this program has as a file, such as a style sheet. */
    Markup trusted(String markup) {
        out.append(markup);
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
            case "a", "b", "bdi", "code", "span", "text", "title" -> false;
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

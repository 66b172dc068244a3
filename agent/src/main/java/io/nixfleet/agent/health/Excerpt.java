package io.nixfleet.agent.health;

/** What others printed, as it may stand in a message. */
final class Excerpt {
    private static final int MOST_CHARACTERS = 1024;

    private Excerpt() {}

    /** The end of a text, on one line, at most a thousand characters. */
    static String of(String text) {
        var escaped = new StringBuilder();
        text.strip()
                .codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '\n' -> escaped.append("\\n");
                                case '\r' -> escaped.append("\\r");
                                case '\t' -> escaped.append("\\t");
                                default -> {
                                    if (Character.isISOControl(c)
                                            || Character.getType(c) == Character.FORMAT
                                            || Character.getType(c) == Character.SURROGATE) {
                                        escaped.append("\\u{%x}".formatted(c));
                                    } else {
                                        escaped.appendCodePoint(c);
                                    }
                                }
                            }
                        });
        int length = escaped.length();
        if (length <= MOST_CHARACTERS) {
            return escaped.toString();
        }
        int start = length - MOST_CHARACTERS + 1;
        if (Character.isLowSurrogate(escaped.charAt(start))) {
            start++;
        }
        return "…" + escaped.substring(start);
    }
}

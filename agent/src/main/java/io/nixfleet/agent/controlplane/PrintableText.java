package io.nixfleet.agent.controlplane;

/** Text of the other side, fit for a log: short, and without control characters. */
final class PrintableText {
    private static final int LIMIT = 80;

    private PrintableText() {}

    static String of(String text) {
        var printable = new StringBuilder();
        text.codePoints().limit(LIMIT).forEach(c -> append(printable, c));
        if (text.codePointCount(0, text.length()) > LIMIT) {
            printable.append('…');
        }
        return printable.toString();
    }

    private static void append(StringBuilder printable, int c) {
        switch (Character.getType(c)) {
            // Among the formats are marks that turn the direction of writing.
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    printable.append("\\u%04x".formatted(c));
            default -> printable.appendCodePoint(c);
        }
    }
}

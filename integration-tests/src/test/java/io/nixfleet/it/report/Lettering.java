package io.nixfleet.it.report;

/** How much room texts take in a drawing, whose fonts nobody knows: as in a wide font. */
final class Lettering {
    private static final double SHARE_OF_SIZE = 0.6;
    private static final double SHARE_IF_BOLD = 0.72;
    private static final String WIDE = "mwMWOQ@%…";
    private static final double SHARE_IF_WIDE = 1;
    private static final int FIRST_WIDE = 0x2E80;

    private Lettering() {}

    /** Of a number in bold. */
    static double bold(String number, double size) {
        return SHARE_IF_BOLD * size * number.length();
    }

    static double width(String text, double size) {
        return text.codePoints().mapToDouble(character -> width(character, size)).sum();
    }

    private static double width(int character, double size) {
        if (character >= FIRST_WIDE) {
            return 2 * SHARE_OF_SIZE * size;
        }
        return (WIDE.indexOf(character) >= 0 ? SHARE_IF_WIDE : SHARE_OF_SIZE) * size;
    }

    /** As much of a text as fits, with an ellipsis; nothing if that says nothing any more. */
    static String fit(String text, double size, double room, int least) {
        if (width(text, size) <= room) {
            return text;
        }
        double used = width("…", size);
        int end = 0;
        while (end < text.length()) {
            int character = text.codePointAt(end);
            used += width(character, size);
            if (used > room) {
                break;
            }
            end += Character.charCount(character);
        }
        return end < least ? "" : text.substring(0, end).strip() + "…";
    }
}

package io.nixfleet.agent.markup;

/** Foreign text on its way into HTML or XML. */
public final class MarkupText {
    private static final int UNKNOWN = 0xFFFD;

    private MarkupText() {}

    /**
     * What a text keeps: no control or direction characters, no halves of characters.
     *
     * @param limit of characters; whoever sends more wants to drown the rest
     */
    public static String clean(String text, int limit) {
        var clean = new StringBuilder();
        for (int i = 0; i < text.length(); ) {
            if (clean.length() >= limit) {
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

    /** The text as content, or as an attribute's value between quotes of either kind. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}

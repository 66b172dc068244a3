/** A page for troff, with the macros of man(7). */
final class Roff {
    private static final int LONGEST_LINE = 78;

    private final StringBuilder page = new StringBuilder();

    void macro(String macro) {
        page.append('.').append(macro).append('\n');
    }

    /** Plain text in one line. */
    void line(String text) {
        append(escaped(text));
    }

    /** Plain text, right below a macro. */
    void text(String text) {
        var line = new StringBuilder();
        for (String word : escaped(text).split(" ")) {
            if (!line.isEmpty() && line.length() + word.length() >= LONGEST_LINE) {
                append(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        append(line.toString());
    }

    private void append(String line) {
        // Else it would be a macro.
        page.append(line.startsWith(".") ? "\\&" : "").append(line).append('\n');
    }

    void paragraph(String text) {
        macro("PP");
        text(text);
    }

    /**
     * A paragraph that hangs below its first words.
     *
     * @param tag for troff
     */
    void tag(String tag, String text) {
        macro("TP");
        append(tag);
        text(text);
    }

    static String bold(String text) {
        return "\\fB" + escaped(text) + "\\fR";
    }

    static String italic(String text) {
        return "\\fI" + escaped(text) + "\\fR";
    }

    static String escaped(String text) {
        var escaped = new StringBuilder();
        text.codePoints().forEach(character -> escaped.append(escaped(character)));
        return escaped.toString();
    }

    private static String escaped(int character) {
        return switch (character) {
            case '\\' -> "\\e";
            case '-' -> "\\-";
            case '\'' -> "\\(aq";
            case '`' -> "\\(ga";
            case '^' -> "\\(ha";
            case '~' -> "\\(ti";
            default ->
                    character < 128
                            ? Character.toString(character)
                            : "\\[u%04X]".formatted(character);
        };
    }

    @Override
    public String toString() {
        return page.toString();
    }
}

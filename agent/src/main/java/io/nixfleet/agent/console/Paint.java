package io.nixfleet.agent.console;

/**
 * Colours for words on standard output.
 *
 * @param on whether they are welcome there
 */
public record Paint(boolean on) {
    private static final String RED = "31";
    private static final String GREEN = "32";
    private static final String YELLOW = "33";

    /** As standard output takes it. */
    public static Paint ofOutput() {
        return new Paint(Terminal.coloursOnOutput(System.getenv()));
    }

    public String good(String text) {
        return in(GREEN, text);
    }

    public String bad(String text) {
        return in(RED, text);
    }

    public String warning(String text) {
        return in(YELLOW, text);
    }

    /** An outcome's word, in the colour of how good it is. */
    public String outcome(String word) {
        return switch (word) {
            case "deployed", "already_running" -> good(word);
            case "failed", "rolled_back", "rollback_failed" -> bad(word);
            default -> warning(printable(word));
        };
    }

    private String in(String colour, String text) {
        return on ? "\033[" + colour + "m" + text + "\033[0m" : text;
    }

    /** On one line and harmless to a terminal: messages may quote what others sent. */
    public static String printable(String text) {
        return text.replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}|[\\x{80}-\\x{9f}]", "?");
    }
}

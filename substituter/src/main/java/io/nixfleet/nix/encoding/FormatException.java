package io.nixfleet.nix.encoding;

import java.util.Objects;

/**
 * Text or bytes that do not follow a Nix format. The message says what was expected and, where that
 * helps, shows the offending part, shortened and with control characters escaped, since such input
 * comes from the network and the message ends in logs.
 */
public class FormatException extends RuntimeException {
    private static final int EXCERPT_LIMIT = 80;

    public FormatException(String message) {
        super(message);
    }

    public FormatException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Never null, other than that of exceptions at large. */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    /** Quotes hostile text for a message: at most 80 characters, nothing but printable ASCII. */
    public static String excerpt(String text) {
        var quoted = new StringBuilder("'");
        for (int i = 0; i < text.length() && i < EXCERPT_LIMIT; i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 0x7f) {
                quoted.append(c);
            } else {
                quoted.append(String.format("\\u%04x", (int) c));
            }
        }
        return quoted.append(text.length() > EXCERPT_LIMIT ? "…'" : "'").toString();
    }
}

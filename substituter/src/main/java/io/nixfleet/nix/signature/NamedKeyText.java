package io.nixfleet.nix.signature;

import io.nixfleet.nix.encoding.FormatException;
import java.util.Base64;

/**
 * The text form that keys and signatures share: {@code name:base64}. Nix keeps signatures separated
 * by blanks and shows names in messages, so a name is one or more visible characters.
 */
final class NamedKeyText {
    private static final char UNDECODABLE = '\ufffd';

    private final String name;
    private final byte[] bytes;

    private NamedKeyText(String name, byte[] bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    /**
     * Reads the form; padding at the end may be missing, as Nix has it.
     *
     * @param what the kind of thing, for messages
     * @param shown the text as messages may show it; a secret never shows itself
     * @param length the number of bytes that it stands for
     */
    static NamedKeyText parse(String what, String shown, String text, int length) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw malformed(what, shown, "has no key name, expected name:base64");
        }
        String name = text.substring(0, colon);
        if (!isName(name)) {
            throw malformed(what, shown, "has an empty key name or one with blanks");
        }
        int end = text.length();
        while (end > colon + 1 && text.charAt(end - 1) == '=') {
            end--;
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text.substring(colon + 1, end));
        } catch (IllegalArgumentException _) {
            // The cause's message shows a character of what may be a secret.
            throw malformed(what, shown, "is not base64 after its key name");
        }
        if (bytes.length != length) {
            throw malformed(what, shown, "has %d bytes, not %d".formatted(bytes.length, length));
        }
        return new NamedKeyText(name, bytes);
    }

    /** The part before the first colon. */
    String name() {
        return name;
    }

    /** The decoded part after it. */
    byte[] bytes() {
        return bytes;
    }

    static boolean isName(String name) {
        return !name.isEmpty()
                && name.chars()
                        .noneMatch(
                                c ->
                                        c == ':'
                                                || c == UNDECODABLE
                                                || Character.isISOControl(c)
                                                || Character.isWhitespace(c)
                                                || Character.isSpaceChar(c));
    }

    private static FormatException malformed(String what, String shown, String problem) {
        return new FormatException("%s %s %s".formatted(what, shown, problem));
    }

    static String format(String name, byte[] bytes) {
        return name + ":" + Base64.getEncoder().encodeToString(bytes);
    }
}

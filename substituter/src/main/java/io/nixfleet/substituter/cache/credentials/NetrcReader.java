package io.nixfleet.substituter.cache.credentials;

import io.nixfleet.nix.encoding.FormatException;
import java.util.Optional;

/** Reads the words of a netrc file: where a key is due, comments and macros are skipped. */
final class NetrcReader {
    private final String text;
    private final String source;
    private int position;
    private int line = 1;

    NetrcReader(String text, String source) {
        this.text = text;
        this.source = source;
    }

    /** The next key; empty at the end. */
    Optional<String> key() {
        skipBlanks();
        while (position < text.length() && text.charAt(position) == '#') {
            skipTo("\n");
            skipBlanks();
        }
        if (position == text.length()) {
            return Optional.empty();
        }
        String key = plain();
        if (key.equals("macdef")) {
            // A macro ends with an empty line.
            skipTo("\n\n");
            return key();
        }
        return Optional.of(key);
    }

    /** The value of a key; may begin with # and may be quoted. */
    String value(String key) {
        int keyLine = line;
        skipBlanks();
        if (position == text.length()) {
            throw malformed(keyLine, key + " has no value");
        }
        return text.charAt(position) == '"' ? quoted() : plain();
    }

    /** For what HTTP has no use for, an account. */
    void skipValue(String key) {
        var _ = value(key);
    }

    FormatException malformed(String problem) {
        return malformed(line, problem);
    }

    private FormatException malformed(int where, String problem) {
        return new FormatException("%s line %d: %s".formatted(source, where, problem));
    }

    private void skipBlanks() {
        while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
            line += text.charAt(position) == '\n' ? 1 : 0;
            position++;
        }
    }

    private String plain() {
        int start = position;
        while (position < text.length() && !Character.isWhitespace(text.charAt(position))) {
            position++;
        }
        return text.substring(start, position);
    }

    private String quoted() {
        var value = new StringBuilder();
        position++;
        while (position < text.length() && text.charAt(position) != '\n') {
            char c = text.charAt(position++);
            if (c == '"') {
                return value.toString();
            }
            value.append(c == '\\' && position < text.length() ? escaped() : c);
        }
        throw malformed("a quote is not closed");
    }

    private char escaped() {
        char c = text.charAt(position++);
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> c;
        };
    }

    private void skipTo(String end) {
        int found = text.indexOf(end, position);
        int next = found < 0 ? text.length() : found;
        line += (int) text.substring(position, next).chars().filter(c -> c == '\n').count();
        position = next;
    }
}

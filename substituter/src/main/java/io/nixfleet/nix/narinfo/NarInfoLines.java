package io.nixfleet.nix.narinfo;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.signature.Signature;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A narinfo split into lines of {@code Key: value}, values not understood yet. Stricter than Nix
 * where Nix misreads: it skips one character after the colon whatever that is, so that {@code
 * NarSize:128} becomes 28.
 */
final class NarInfoLines {
    /** As many as are tried at most. */
    private static final int MAX_SIGNATURES = 32;

    /** One line's value and where it stands. */
    private record Value(int line, String text) {}

    private final String source;
    private final Map<NarInfoField, Value> values = new EnumMap<>(NarInfoField.class);
    private final List<Signature> signatures = new ArrayList<>();

    private NarInfoLines(String source) {
        this.source = source;
    }

    static NarInfoLines split(byte[] text, String source) {
        var lines = new NarInfoLines(source);
        int line = 1;
        int start = 0;
        for (int i = 0; i < text.length; i++) {
            if (text[i] == '\n') {
                lines.add(line++, new String(text, start, i - start, StandardCharsets.UTF_8));
                start = i + 1;
            }
        }
        if (start < text.length) {
            throw new NarInfoFormatException(
                    source, line, "it ends without a line feed, cut short");
        }
        return lines;
    }

    private void add(int line, String text) {
        if (text.endsWith("\r")) {
            throw new NarInfoFormatException(
                    source, line, "it ends in CR LF where Nix has LF alone");
        }
        int colon = text.indexOf(':');
        if (colon <= 0) {
            throw new NarInfoFormatException(
                    source,
                    line,
                    "expected 'Key: value' but found " + FormatException.excerpt(text));
        }
        String key = text.substring(0, colon);
        if (colon + 1 == text.length() || text.charAt(colon + 1) != ' ') {
            throw new NarInfoFormatException(
                    source, line, "no space after the colon of " + FormatException.excerpt(key));
        }
        NarInfoField.find(key)
                .ifPresent(field -> add(field, new Value(line, text.substring(colon + 2))));
    }

    private void add(NarInfoField field, Value value) {
        if (field.repeats()) {
            // A mebibyte of them is not worth a list.
            if (signatures.size() < MAX_SIGNATURES) {
                addSignature(value.text);
            }
            return;
        }
        Value earlier = values.putIfAbsent(field, value);
        if (earlier != null) {
            throw new NarInfoFormatException(
                    source,
                    value.line,
                    "%s is given twice, first in line %d".formatted(field.key(), earlier.line));
        }
    }

    private void addSignature(String text) {
        try {
            signatures.add(Signature.parse(text));
        } catch (FormatException _) {
            // Dropped: one broken signature beside a good one says nothing of the path.
        }
    }

    /** The first of those that are well-formed. */
    List<Signature> signatures() {
        return signatures;
    }

    /** Understands a field's value if the field is there; what the reader throws gets its place. */
    <T> Optional<T> read(NarInfoField field, Function<String, T> reader) {
        @Nullable Value value = values.get(field);
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(reader.apply(value.text));
        } catch (FormatException e) {
            throw new NarInfoFormatException(
                    source, value.line, field.key() + ": " + e.getMessage(), e);
        }
    }

    <T> T require(NarInfoField field, Function<String, T> reader) {
        return read(field, reader)
                .orElseThrow(
                        () ->
                                new NarInfoFormatException(
                                        source, "field " + field.key() + " is missing"));
    }
}

package io.nixfleet.cli.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A {@code .nixfleet.toml} to write.
 *
 * @param values those that are set
 */
public record NewFleetFile(Map<Setting, String> values) {
    public NewFleetFile {
        values = Map.copyOf(values);
    }

    /**
     * Writes it where there is none yet.
     *
     * @throws java.nio.file.FileAlreadyExistsException when there is one
     */
    public void write(Path file) throws IOException {
        Files.writeString(
                file, toString(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** As TOML, a table after the other. */
    @Override
    public String toString() {
        SequencedMap<String, StringBuilder> tables = new LinkedHashMap<>();
        for (Setting setting : Setting.values()) {
            String value = values.get(setting);
            if (value != null) {
                int dot = setting.key().lastIndexOf('.');
                tables.computeIfAbsent(setting.key().substring(0, dot), _ -> new StringBuilder())
                        .append(
                                "%s = %s%n"
                                        .formatted(
                                                setting.key().substring(dot + 1), quoted(value)));
            }
        }
        var text = new StringBuilder();
        tables.forEach(
                (table, lines) ->
                        text.append(text.isEmpty() ? "" : "\n")
                                .append("[%s]\n".formatted(table))
                                .append(lines));
        return text.toString();
    }

    /** A basic string of TOML. */
    private static String quoted(String value) {
        var quoted = new StringBuilder("\"");
        value.codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '"', '\\' -> quoted.append('\\').appendCodePoint(c);
                                default -> {
                                    if (Character.isISOControl(c)) {
                                        quoted.append("\\u%04X".formatted(c));
                                    } else {
                                        quoted.appendCodePoint(c);
                                    }
                                }
                            }
                        });
        return quoted.append('"').toString();
    }
}

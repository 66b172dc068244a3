package io.nixfleet.cli.settings;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code .nixfleet.toml}: the settings of a fleet's repository. <code>${NAME}</code> in a value
 * stands for a variable of the environment.
 */
public final class FleetFile {
    public static final String NAME = ".nixfleet.toml";

    /** The table of what hosts are called, whose keys are theirs. */
    private static final String AGENTS = "agents.";

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");

    private final @Nullable Path file;
    private final Map<String, JsonNode> values;
    private final Variables variables;

    private FleetFile(@Nullable Path file, Map<String, JsonNode> values, Variables variables) {
        this.file = file;
        this.values = values;
        this.variables = variables;
    }

    /**
     * Reads the file in this directory, or in the nearest one above it that has one.
     *
     * @param warnings hears of settings that nobody knows
     * @return one without any settings if there is no such file
     * @throws IOException when there is one that is of no use
     */
    public static FleetFile find(
            Path from, Map<String, String> environment, Consumer<String> warnings)
            throws IOException {
        for (Path at = from.toAbsolutePath().normalize(); at != null; at = at.getParent()) {
            Path candidate = at.resolve(NAME);
            if (Files.isRegularFile(candidate)) {
                return read(candidate, environment, warnings);
            }
        }
        return new FleetFile(null, Map.of(), new Variables(environment));
    }

    /** As {@link #find}, of that file, which must be there. */
    public static FleetFile read(
            Path file, Map<String, String> environment, Consumer<String> warnings)
            throws IOException {
        var known = new ArrayList<String>();
        for (Setting setting : Setting.values()) {
            known.add(setting.key());
        }
        var values = new HashMap<String, JsonNode>();
        flatten("", TomlFile.read(file), values);
        for (String key : List.copyOf(values.keySet())) {
            if (!known.contains(key) && !key.startsWith(AGENTS)) {
                warnings.accept("%s: nobody knows the setting %s".formatted(file, key));
                values.remove(key);
            }
        }
        return new FleetFile(file, values, new Variables(environment));
    }

    private static void flatten(String prefix, JsonNode node, Map<String, JsonNode> values) {
        node.properties()
                .forEach(
                        field -> {
                            String key = prefix + field.getKey();
                            if (field.getValue().isObject()) {
                                flatten(key + ".", field.getValue(), values);
                            } else {
                                values.put(key, field.getValue());
                            }
                        });
    }

    /** The environment, and the host's name, which shells keep to themselves. */
    private record Variables(Map<String, String> environment) {
        private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");

        @Nullable String value(String name) {
            String value = environment.get(name);
            if (value == null && (name.equals("HOSTNAME") || name.equals("HOST"))) {
                try {
                    return Files.readString(HOSTNAME).strip();
                } catch (IOException _) {
                    return null;
                }
            }
            return value;
        }
    }

    /**
     * What it says of a setting.
     *
     * @throws IOException when that is no text or number, or names a variable that is not set
     */
    public Optional<String> text(Setting setting) throws IOException {
        JsonNode value = values.get(setting.key());
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isTextual() && !value.isIntegralNumber()) {
            throw wrong(setting.key(), "is not a text in quotes");
        }
        String text = expanded(setting.key(), value.asText());
        return text.isBlank() ? Optional.empty() : Optional.of(text);
    }

    /** A list of texts, or one; none if it says nothing. */
    public List<String> texts(Setting setting) throws IOException {
        JsonNode value = values.get(setting.key());
        if (value == null || !value.isArray()) {
            return text(setting).stream().toList();
        }
        var texts = new ArrayList<String>();
        for (JsonNode one : value) {
            if (!one.isTextual()) {
                throw wrong(setting.key(), "is not a list of texts in quotes");
            }
            texts.add(expanded(setting.key(), one.asText()));
        }
        return texts;
    }

    /** A file, which is looked for from the directory that this one is in. */
    public Optional<Path> path(Setting setting) throws IOException {
        Optional<String> text = text(setting);
        return file == null ? Optional.empty() : text.map(file::resolveSibling);
    }

    /**
     * Where agents listen: the table {@code [agents]}.
     *
     * @return URLs as they are written, by the names of hosts
     */
    public SortedMap<String, String> agents() throws IOException {
        var agents = new TreeMap<String, String>();
        for (Map.Entry<String, JsonNode> value : values.entrySet()) {
            String key = value.getKey();
            if (key.startsWith(AGENTS)) {
                if (!value.getValue().isTextual()) {
                    throw wrong(key, "is not a text in quotes");
                }
                agents.put(
                        key.substring(AGENTS.length()), expanded(key, value.getValue().asText()));
            }
        }
        return agents;
    }

    private String expanded(String key, String text) throws IOException {
        Matcher variable = VARIABLE.matcher(text);
        var expanded = new StringBuilder();
        while (variable.find()) {
            String value = variables.value(variable.group(1));
            if (value == null) {
                throw wrong(
                        key,
                        "names the variable %s, which is not set".formatted(variable.group(1)));
            }
            variable.appendReplacement(expanded, Matcher.quoteReplacement(value));
        }
        return variable.appendTail(expanded).toString();
    }

    private IOException wrong(String key, String problem) {
        return new IOException("%s: %s %s".formatted(file, key, problem));
    }
}

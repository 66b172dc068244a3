package io.nixfleet.cli.settings;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.agent.fetch.SecretFile;
import io.nixfleet.substituter.cache.credentials.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The keys by which control planes know an operator. They come from files, or from a variable that
 * no child of ours gets; never from the command line, which other users can read. They are never
 * shown.
 */
public final class ApiKeys {
    /** Holds a key, for continuous integration, which keeps its secrets in variables. */
    public static final String VARIABLE = "NIXFLEET_API_KEY";

    private static final int LONGEST = 16 * 1024;

    private ApiKeys() {}

    /**
     * Reads a file that holds a key and nothing else.
     *
     * @param warnings hears of a file that others can read
     */
    public static Secret ofFile(Path file, Consumer<String> warnings) throws IOException {
        String key;
        try (InputStream in = Files.newInputStream(file)) {
            key = new String(in.readNBytes(LONGEST + 1), StandardCharsets.UTF_8).strip();
        } catch (NoSuchFileException e) {
            throw new IOException("API key file %s: there is no such file".formatted(file), e);
        }
        SecretFile.warnOfOthers("API key file", file, warnings);
        return checked("API key file " + file, key);
    }

    /** The variable's key; none if it is not set, or set to nothing. */
    public static Optional<Secret> ofVariable(Map<String, String> environment) throws IOException {
        String key = environment.getOrDefault(VARIABLE, "").strip();
        return key.isEmpty() ? Optional.empty() : Optional.of(checked(VARIABLE, key));
    }

    /** The operator's {@code credentials.toml}. */
    public static Path credentialsFile(Map<String, String> environment) {
        String configured = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path base =
                configured.startsWith("/")
                        ? Path.of(configured)
                        : Path.of(environment.getOrDefault("HOME", "/"), ".config");
        return base.resolve("nixfleet").resolve("credentials.toml");
    }

    /**
     * The key for a control plane in a file that has a table for each, named by its URL.
     *
     * @return none if there is no such file, or nothing in it for this control plane
     */
    public static Optional<Secret> ofCredentials(Path file, URI url, Consumer<String> warnings)
            throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        SecretFile.warnOfOthers("credentials file", file, warnings);
        for (Map.Entry<String, JsonNode> table : TomlFile.read(file).properties()) {
            if (trimmed(table.getKey()).equals(trimmed(url.toString()))) {
                JsonNode key = table.getValue().path("api-key");
                return key.isTextual()
                        ? Optional.of(checked("credentials file " + file, key.asText()))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static String trimmed(String url) {
        return url.replaceAll("/+$", "");
    }

    private static Secret checked(String where, String key) throws IOException {
        boolean plain = key.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (key.isEmpty() || !plain || key.length() > LONGEST) {
            throw new IOException(where + " holds no key: that is one word of ASCII characters");
        }
        return Secret.of(key);
    }
}

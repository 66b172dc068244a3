package io.nixfleet.cli.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small file of TOML. */
final class TomlFile {
    private static final int LIMIT = 1 << 20;

    private TomlFile() {}

    /**
     * @throws IOException naming the file, and the line of what is no TOML, which is never quoted:
     *     it may be a secret
     */
    static JsonNode read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(LIMIT + 1);
            if (content.length > LIMIT) {
                throw new IOException("it is longer than %d bytes".formatted(LIMIT));
            }
            return new TomlMapper().readTree(new String(content, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "%s line %d is not TOML: a setting is like url = \"https://…\""
                            .formatted(
                                    file,
                                    e.getLocation() == null ? 1 : e.getLocation().getLineNr()));
        } catch (AccessDeniedException e) {
            throw new IOException("%s cannot be read: permission denied".formatted(file), e);
        } catch (IOException e) {
            throw new IOException("%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }
}

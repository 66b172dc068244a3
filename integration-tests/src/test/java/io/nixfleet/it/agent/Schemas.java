package io.nixfleet.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The packages' JSON Schemas, as a program would use them that reads the JSON of ours. */
public final class Schemas {
    private static final ObjectMapper ONE_DOCUMENT =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(
                    SpecificationVersion.DRAFT_2020_12,
                    // Those of file:// are remote to it, too.
                    registry -> registry.schemaLoader(loader -> loader.fetchRemoteResources()));

    private Schemas() {}

    /** Where the package has them. */
    static Path folder() {
        return Path.of(System.getProperty("nixfleet.package.dir"), "share/nixfleet-agent/schemas");
    }

    /**
     * Reads what a command printed, which is one document of its schema: no object of it could have
     * another field.
     */
    static JsonNode read(String command, String printed) throws IOException {
        JsonNode document = ONE_DOCUMENT.readTree(printed);
        Schema schema = schema(folder(), command);
        assertThat(errors(schema, document)).as(printed).isEmpty();
        assertClosed(schema, document, document);
        return document;
    }

    /**
     * Reads what a command printed of what another said, which may say more than its schema.
     *
     * @param folder where the package has its schemas
     */
    public static JsonNode readOpen(Path folder, String command, String printed)
            throws IOException {
        JsonNode document = ONE_DOCUMENT.readTree(printed);
        Schema schema = schema(folder, command);
        assertThat(errors(schema, document)).as(printed).isEmpty();
        assertThat(errors(schema, ONE_DOCUMENT.createObjectNode())).isNotEmpty();
        return document;
    }

    private static Schema schema(Path folder, String command) {
        return REGISTRY.getSchema(
                SchemaLocation.of(folder.resolve(command + ".json").toUri().toString()));
    }

    private static List<Error> errors(Schema schema, JsonNode document) {
        return schema.validate(
                document,
                context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
    }

    private static void assertClosed(Schema schema, JsonNode document, JsonNode part) {
        if (part instanceof ObjectNode object) {
            object.put("undocumented", 1);
            assertThat(errors(schema, document)).as("a field more: %s", object).isNotEmpty();
            object.remove("undocumented");
        }
        part.forEach(inner -> assertClosed(schema, document, inner));
    }
}

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

/** The package's JSON Schemas, as a program would use them that reads the agent's JSON. */
final class Schemas {
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
        Schema schema =
                REGISTRY.getSchema(
                        SchemaLocation.of(folder().resolve(command + ".json").toUri().toString()));
        assertThat(errors(schema, document)).as(printed).isEmpty();
        assertClosed(schema, document, document);
        return document;
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

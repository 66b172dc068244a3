package io.nixfleet.cli.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a control plane said, as it said it, for programs. */
final class RawJson {
    private RawJson() {}

    /** An object, of which it has been read already. */
    static ObjectNode object(String json) {
        return tree(json) instanceof ObjectNode object ? object : field("answer", json);
    }

    /** Anything, as the one field of an object. */
    static ObjectNode field(String name, String json) {
        return JsonNodeFactory.instance.objectNode().set(name, tree(json));
    }

    private static JsonNode tree(String json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("JSON that was read cannot be read again", e);
        }
    }
}

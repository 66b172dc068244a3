package io.nixfleet.protocol.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The fields of an object that a control plane sent.
 *
 * @param what it is, for messages
 */
record JsonFields(String what, JsonNode object) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    static JsonFields parse(String what, String body) throws ProtocolException {
        return of(what, tree(what, body));
    }

    static JsonNode tree(String what, String body) throws ProtocolException {
        try {
            return MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw new ProtocolException(what + " is not JSON", e);
        }
    }

    static JsonFields of(String what, JsonNode node) throws ProtocolException {
        if (!node.isObject()) {
            throw new ProtocolException(what + " is not a JSON object");
        }
        return new JsonFields(what, node);
    }

    /** A text that must be there, and say something. */
    String text(String field) throws ProtocolException {
        Optional<String> text = optionalText(field);
        return text.orElseThrow(
                () -> new ProtocolException("%s has no text in '%s'".formatted(what, field)));
    }

    /** A text; empty if it is absent. */
    String textOrNone(String field) throws ProtocolException {
        return optionalText(field).orElse("");
    }

    Optional<String> optionalText(String field) throws ProtocolException {
        JsonNode value = object.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw wrong(field, "text");
        }
        return value.asText().isBlank() ? Optional.empty() : Optional.of(value.asText());
    }

    int number(String field) throws ProtocolException {
        JsonNode value = object.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw wrong(field, "a number");
        }
        return value.asInt();
    }

    Optional<Duration> optionalSeconds(String field) throws ProtocolException {
        JsonNode value = object.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 0) {
            throw wrong(field, "a number of seconds");
        }
        return Optional.of(Duration.ofSeconds(value.asLong()));
    }

    /** Texts; none if the field is absent. */
    List<String> texts(String field) throws ProtocolException {
        var texts = new ArrayList<String>();
        for (JsonNode value : list(field)) {
            if (!value.isTextual()) {
                throw wrong(field, "a list of texts");
            }
            texts.add(value.asText());
        }
        return texts;
    }

    /** Objects; none if the field is absent. */
    List<JsonFields> objects(String field, String each) throws ProtocolException {
        var objects = new ArrayList<JsonFields>();
        for (JsonNode value : list(field)) {
            objects.add(of(each, value));
        }
        return objects;
    }

    private JsonNode list(String field) throws ProtocolException {
        JsonNode value = object.path(field);
        if (!value.isArray() && !value.isMissingNode() && !value.isNull()) {
            throw wrong(field, "a list");
        }
        return value;
    }

    private ProtocolException wrong(String field, String expected) {
        return new ProtocolException("%s's field '%s' is not %s".formatted(what, field, expected));
    }
}

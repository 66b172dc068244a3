package io.nixfleet.agent.health;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The fields of one JSON object in a file; complains with the field's way in the file. */
final class Fields {
    private static final int MOST_SECONDS = 3600;

    private final String file;
    private final String place;
    private final JsonNode object;

    Fields(String file, String place, JsonNode object) throws HealthConfigException {
        this.file = file;
        this.place = place;
        this.object = object;
        if (!object.isObject()) {
            throw wrongAt(place.isEmpty() ? "the top" : place, "is no object");
        }
    }

    HealthConfigException wrong(String name, String problem) {
        return wrongAt(way(name), problem);
    }

    private HealthConfigException wrongAt(String way, String problem) {
        return new HealthConfigException(
                "the health checks %s: %s %s".formatted(file, way, problem), null);
    }

    private String way(String name) {
        return place.isEmpty() ? name : place + "." + name;
    }

    /** An array of objects; none if missing. */
    List<Fields> objects(String name) throws HealthConfigException {
        var objects = new ArrayList<Fields>();
        for (JsonNode element : array(name)) {
            objects.add(new Fields(file, way(name) + "[" + objects.size() + "]", element));
        }
        return objects;
    }

    /** An array of texts; none if missing. */
    List<String> texts(String name) throws HealthConfigException {
        var texts = new ArrayList<String>();
        for (JsonNode element : array(name)) {
            if (!element.isTextual() || element.asText().isBlank()) {
                throw wrong(name + "[" + texts.size() + "]", "is no text");
            }
            texts.add(element.asText());
        }
        return texts;
    }

    private JsonNode array(String name) throws HealthConfigException {
        JsonNode value = object.path(name);
        if (!value.isArray() && !value.isMissingNode() && !value.isNull()) {
            throw wrong(name, "is no array");
        }
        return value;
    }

    String text(String name) throws HealthConfigException {
        JsonNode value = object.path(name);
        if (!value.isTextual() || value.asText().isBlank()) {
            throw wrong(name, value.isMissingNode() ? "is missing" : "is no text");
        }
        return value.asText();
    }

    Duration seconds(String name, int otherwise) throws HealthConfigException {
        return Duration.ofSeconds(number(List.of(name), otherwise, 1, MOST_SECONDS));
    }

    /** The first of these fields that is there. */
    int number(List<String> names, int otherwise, int least, int most)
            throws HealthConfigException {
        for (String name : names) {
            JsonNode value = object.path(name);
            if (value.isMissingNode() || value.isNull()) {
                continue;
            }
            if (!value.canConvertToExactIntegral()
                    || !value.canConvertToInt()
                    || value.asInt() < least
                    || value.asInt() > most) {
                throw wrong(name, "is no number from %d to %d".formatted(least, most));
            }
            return value.asInt();
        }
        return otherwise;
    }
}

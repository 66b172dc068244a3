package io.nixfleet.testing.controlplane.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The fields of a JSON object in a request; the wrong kind of value is refused with 422. */
public final class Fields {
    private final JsonNode object;

    private Fields(JsonNode object) {
        this.object = object;
    }

    public static Fields of(JsonNode json) {
        if (!json.isObject()) {
            throw Refusal.shape("the body must be an object");
        }
        return new Fields(json);
    }

    public String text(String name) {
        return optionalText(name)
                .orElseThrow(() -> Refusal.shape("missing field `%s`".formatted(name)));
    }

    public Optional<String> optionalText(String name) {
        return value(name)
                .map(
                        value -> {
                            expect(value.isTextual(), name, "a string");
                            return value.textValue();
                        });
    }

    public Optional<List<String>> texts(String name) {
        return list(name)
                .map(
                        values ->
                                values.stream()
                                        .map(
                                                value -> {
                                                    expect(value.isTextual(), name, "strings");
                                                    return value.textValue();
                                                })
                                        .toList());
    }

    public List<Fields> objects(String name) {
        List<JsonNode> values =
                list(name).orElseThrow(() -> Refusal.shape("missing field `%s`".formatted(name)));
        return values.stream().map(Fields::of).toList();
    }

    /** An integer that is not negative. */
    public Optional<Integer> number(String name) {
        return value(name)
                .map(
                        value -> {
                            expect(
                                    value.canConvertToInt()
                                            && value.isIntegralNumber()
                                            && value.intValue() >= 0,
                                    name,
                                    "a number");
                            return value.intValue();
                        });
    }

    public <E extends Enum<E>> Optional<E> word(Class<E> type, String name) {
        return optionalText(name)
                .map(
                        word ->
                                Words.parse(type, word)
                                        .orElseThrow(
                                                () ->
                                                        Refusal.shape(
                                                                "unknown %s `%s`"
                                                                        .formatted(name, word))));
    }

    /** The object that is the value of a field. */
    public Fields object(String name) {
        return of(
                value(name).orElseThrow(() -> Refusal.shape("missing field `%s`".formatted(name))));
    }

    private Optional<List<JsonNode>> list(String name) {
        return value(name)
                .map(
                        value -> {
                            expect(value.isArray(), name, "an array");
                            List<JsonNode> values = new ArrayList<>();
                            value.forEach(values::add);
                            return values;
                        });
    }

    private Optional<JsonNode> value(String name) {
        return Optional.ofNullable(object.get(name)).filter(value -> !value.isNull());
    }

    private static void expect(boolean right, String name, String kind) {
        if (!right) {
            throw Refusal.shape("`%s` must be %s".formatted(name, kind));
        }
    }
}

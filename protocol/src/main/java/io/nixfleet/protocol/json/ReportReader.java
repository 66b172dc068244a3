package io.nixfleet.protocol.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.protocol.CheckResult;
import io.nixfleet.protocol.HealthReport;
import io.nixfleet.protocol.Report;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a report field by field, each of which must be there. */
final class ReportReader {
    private ReportReader() {}

    static Report read(JsonNode message) throws ProtocolException {
        var tags = new ArrayList<String>();
        for (JsonNode tag : array(message, "tags")) {
            if (!tag.isTextual()) {
                throw wrong("tags", "a list of texts");
            }
            tags.add(tag.asText());
        }
        try {
            return new Report(
                    text(message, "machine_id"),
                    text(message, "current_generation"),
                    truth(message, "success"),
                    text(message, "message"),
                    time(message, "timestamp"),
                    tags,
                    health(message.path("health")),
                    text(message, "agent_version"),
                    Duration.ofSeconds(number(message, "uptime_seconds")));
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("the report breaks a limit", e);
        }
    }

    private static Optional<HealthReport> health(JsonNode health) throws ProtocolException {
        if (health.isMissingNode() || health.isNull()) {
            return Optional.empty();
        }
        List<CheckResult> results = new ArrayList<>();
        for (JsonNode result : array(health, "results")) {
            results.add(result(result));
        }
        return Optional.of(new HealthReport(results, time(health, "timestamp")));
    }

    private static CheckResult result(JsonNode result) throws ProtocolException {
        String name = text(result, "check_name");
        Duration duration = Duration.ofMillis(number(result, "duration_ms"));
        return switch (text(result, "status")) {
            case "pass" -> new CheckResult.Pass(name, duration);
            case "fail" -> new CheckResult.Fail(name, duration, text(result, "message"));
            case String _ -> throw wrong("status", "pass or fail");
        };
    }

    private static String text(JsonNode object, String field) throws ProtocolException {
        JsonNode value = object.path(field);
        if (!value.isTextual()) {
            throw wrong(field, "text");
        }
        return value.asText();
    }

    private static boolean truth(JsonNode object, String field) throws ProtocolException {
        JsonNode value = object.path(field);
        if (!value.isBoolean()) {
            throw wrong(field, "true or false");
        }
        return value.asBoolean();
    }

    private static long number(JsonNode object, String field) throws ProtocolException {
        JsonNode value = object.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrong(field, "a whole number");
        }
        return value.asLong();
    }

    private static Instant time(JsonNode object, String field) throws ProtocolException {
        try {
            return Instant.parse(text(object, field));
        } catch (DateTimeException e) {
            throw new ProtocolException(
                    "the report's field '%s' is not a time of RFC 3339".formatted(field), e);
        }
    }

    private static JsonNode array(JsonNode object, String field) throws ProtocolException {
        JsonNode value = object.path(field);
        if (!value.isArray()) {
            throw wrong(field, "a list");
        }
        return value;
    }

    private static ProtocolException wrong(String field, String expected) {
        return new ProtocolException(
                "the report's field '%s' is not %s".formatted(field, expected));
    }
}

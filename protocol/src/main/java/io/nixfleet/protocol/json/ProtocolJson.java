package io.nixfleet.protocol.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.protocol.CheckResult;
import io.nixfleet.protocol.DesiredGeneration;
import io.nixfleet.protocol.HealthReport;
import io.nixfleet.protocol.Report;
import java.time.Duration;
import java.util.Optional;

/** Writes and reads messages as a v0.1 control plane does. */
public final class ProtocolJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ProtocolJson() {}

    /**
     * Reads the answer about the desired generation.
     *
     * @throws ProtocolException when the body is not JSON or a field is missing or of another type
     */
    public static DesiredGeneration readDesiredGeneration(String body) throws ProtocolException {
        JsonNode message;
        try {
            message = MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw new ProtocolException("the desired generation is not JSON", e);
        }
        JsonNode hash = message.path("hash");
        if (!hash.isTextual() || hash.asText().isBlank()) {
            throw new ProtocolException("the desired generation has no text in its field 'hash'");
        }
        return new DesiredGeneration(
                hash.asText(), optionalText(message, "cache_url"), pollHint(message));
    }

    private static Optional<String> optionalText(JsonNode message, String field)
            throws ProtocolException {
        JsonNode value = message.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw new ProtocolException(
                    "the desired generation's field '%s' is not text".formatted(field));
        }
        return value.asText().isBlank() ? Optional.empty() : Optional.of(value.asText());
    }

    private static Optional<Duration> pollHint(JsonNode message) throws ProtocolException {
        JsonNode seconds = message.path("poll_hint");
        if (seconds.isMissingNode() || seconds.isNull()) {
            return Optional.empty();
        }
        if (!seconds.isIntegralNumber() || !seconds.canConvertToLong() || seconds.asLong() < 0) {
            throw new ProtocolException(
                    "the desired generation's field 'poll_hint' is not a number of seconds");
        }
        return Optional.of(Duration.ofSeconds(seconds.asLong()));
    }

    /** Writes a report, every field present. */
    public static String write(Report report) {
        ObjectNode message = MAPPER.createObjectNode();
        message.put("machine_id", report.machineId());
        message.put("current_generation", report.currentGeneration());
        message.put("success", report.success());
        message.put("message", report.message());
        message.put("timestamp", report.timestamp().toString());
        var tags = message.putArray("tags");
        report.tags().forEach(tags::add);
        report.health()
                .ifPresentOrElse(
                        health -> message.set("health", write(health)),
                        () -> message.putNull("health"));
        message.put("agent_version", report.agentVersion());
        message.put("uptime_seconds", report.uptime().toSeconds());
        return message.toString();
    }

    /**
     * Reads a report that {@link #write} wrote.
     *
     * @throws ProtocolException when it is not JSON, or a field is missing or of another type
     */
    public static Report readReport(String body) throws ProtocolException {
        try {
            return ReportReader.read(MAPPER.readTree(body));
        } catch (JsonProcessingException e) {
            throw new ProtocolException("the report is not JSON", e);
        }
    }

    private static ObjectNode write(HealthReport health) {
        ObjectNode object = MAPPER.createObjectNode();
        var results = object.putArray("results");
        for (CheckResult result : health.results()) {
            ObjectNode check = results.addObject();
            check.put("status", result instanceof CheckResult.Pass ? "pass" : "fail");
            check.put("check_name", result.checkName());
            check.put("duration_ms", result.duration().toMillis());
            if (result instanceof CheckResult.Fail(_, _, String why)) {
                check.put("message", why);
            }
        }
        object.put("all_passed", health.allPassed());
        object.put("timestamp", health.timestamp().toString());
        return object;
    }
}

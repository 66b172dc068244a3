package io.nixfleet.testing.controlplane;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A report that was accepted.
 *
 * @param raw byte for byte, as text
 */
public record ReceivedReport(Instant receivedAt, String raw, JsonNode json) {
    boolean success() {
        return json.path("success").asBoolean();
    }

    String generation() {
        return json.path("current_generation").asText();
    }

    public String message() {
        return json.path("message").asText();
    }

    String agentVersion() {
        return json.path("agent_version").asText();
    }

    long uptimeSeconds() {
        return json.path("uptime_seconds").asLong();
    }

    /** When the agent says that it made it. */
    String timestamp() {
        return json.path("timestamp").asText();
    }

    List<String> tags() {
        List<String> tags = new ArrayList<>();
        json.path("tags").forEach(tag -> tags.add(tag.asText()));
        return tags;
    }

    boolean aboutHealth() {
        return json.path("health").isObject();
    }

    boolean allPassed() {
        return json.path("health").path("all_passed").asBoolean();
    }
}

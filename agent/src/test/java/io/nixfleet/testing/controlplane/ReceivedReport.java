package io.nixfleet.testing.controlplane;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

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

    boolean aboutHealth() {
        return json.path("health").isObject();
    }

    boolean allPassed() {
        return json.path("health").path("all_passed").asBoolean();
    }
}

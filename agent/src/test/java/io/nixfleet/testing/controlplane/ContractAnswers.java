package io.nixfleet.testing.controlplane;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Answers machines as a NixFleet v0.1 control plane does. */
final class ContractAnswers {
    private static final int MAX_GENERATION_BYTES = 512;
    private static final int MAX_MESSAGE_BYTES = 4096;

    private final Fleet fleet;

    ContractAnswers(Fleet fleet) {
        this.fleet = fleet;
    }

    /**
     * @param clientName the CN of the client's certificate, if it had to show one
     */
    HttpAnswer answer(MachineCall call, HttpRequest request, Optional<String> clientName) {
        if (!request.method().equals(call.method())) {
            return HttpAnswer.empty(405);
        }
        String id = call.machine();
        if (clientName.isPresent() && !clientName.get().equals(id)) {
            return HttpAnswer.text(403, "certificate CN does not match machine id");
        }
        if (call.tooLong()) {
            return HttpAnswer.text(400, "machine id too long");
        }
        return call.poll()
                ? fleet.desired(id).map(HttpAnswer::json).orElse(HttpAnswer.empty(404))
                : report(id, request);
    }

    private HttpAnswer report(String id, HttpRequest request) {
        JsonNode json = JsonBody.read(request);
        if (!decodable(json)) {
            return HttpAnswer.text(422, "Failed to deserialize the JSON body");
        }
        if (bytes(json.path("current_generation").asText()) > MAX_GENERATION_BYTES) {
            return HttpAnswer.text(400, "current_generation too long");
        }
        if (bytes(json.path("message").asText()) > MAX_MESSAGE_BYTES) {
            return HttpAnswer.text(400, "message too long");
        }
        fleet.received(id, request.body(), json);
        return HttpAnswer.empty(200);
    }

    private static boolean decodable(JsonNode report) {
        return report.path("machine_id").isTextual()
                && report.path("current_generation").isTextual()
                && report.path("success").isBoolean()
                && report.path("message").isTextual()
                && timestamp(report)
                && texts(report.path("tags"))
                && health(report.path("health"))
                && report.path("agent_version").isTextual()
                && report.path("uptime_seconds").isIntegralNumber();
    }

    private static boolean health(JsonNode health) {
        if (health.isNull()) {
            return true;
        }
        if (!health.path("results").isArray()
                || !health.path("all_passed").isBoolean()
                || !timestamp(health)) {
            return false;
        }
        for (JsonNode result : health.path("results")) {
            boolean known =
                    switch (result.path("status").asText()) {
                        case "pass" -> true;
                        case "fail" -> result.path("message").isTextual();
                        default -> false;
                    };
            if (!known
                    || !result.path("check_name").isTextual()
                    || !result.path("duration_ms").isIntegralNumber()) {
                return false;
            }
        }
        return true;
    }

    private static boolean timestamp(JsonNode message) {
        try {
            OffsetDateTime.parse(message.path("timestamp").asText());
            return true;
        } catch (DateTimeException _) {
            return false;
        }
    }

    private static boolean texts(JsonNode array) {
        if (!array.isArray()) {
            return false;
        }
        for (JsonNode text : array) {
            if (!text.isTextual()) {
                return false;
            }
        }
        return true;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}

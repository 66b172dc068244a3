package io.nixfleet.testing.controlplane;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.testing.controlplane.rollout.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The JSON body of a request. */
final class JsonBody {
    private static final int MAX_BYTES = 1 << 20;
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonBody() {}

    /** Refuses another type (415), more than 1 MiB (413) and what is not JSON (400). */
    static JsonNode read(HttpRequest request) {
        String type = request.header("content-type").split(";", 2)[0].strip();
        if (!type.toLowerCase(Locale.ROOT).equals("application/json")) {
            throw new Refusal(415, "Expected request with `Content-Type: application/json`");
        }
        if (request.body().getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw new Refusal(413, "length limit exceeded");
        }
        try {
            JsonNode json = MAPPER.readTree(request.body());
            if (!json.isMissingNode()) {
                return json;
            }
        } catch (JsonProcessingException _) {
            // Said below.
        }
        throw Refusal.bad("Failed to parse the request body as JSON");
    }
}

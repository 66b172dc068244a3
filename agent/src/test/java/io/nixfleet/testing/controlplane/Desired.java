package io.nixfleet.testing.controlplane;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a machine should run, and since when.
 *
 * @param json the body to serve, byte for byte; none if it is to be made of the other fields
 * @param hash a store path; empty if the body names none
 * @param healthTimeout how long the machine may be pending
 */
record Desired(
        Optional<String> json,
        String hash,
        Optional<String> cacheUrl,
        Instant since,
        Duration healthTimeout) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** A body as a test wants it; it need not be right. */
    static Desired scripted(String json, Instant now) {
        String hash;
        try {
            hash = MAPPER.readTree(json).path("hash").asText();
        } catch (JsonProcessingException _) {
            hash = "";
        }
        return new Desired(Optional.of(json), hash, Optional.empty(), now, Fleet.HEALTH_TIMEOUT);
    }

    static Desired path(String hash, Instant now) {
        return new Desired(Optional.empty(), hash, Optional.empty(), now, Fleet.HEALTH_TIMEOUT);
    }

    /** It is told without a cache; a body that names no store path stays as it is. */
    Desired withoutCache() {
        return hash.isEmpty()
                ? this
                : new Desired(Optional.empty(), hash, Optional.empty(), since, healthTimeout);
    }

    /** The body to serve. */
    String body(Optional<Duration> pollHint) {
        return json.orElseGet(
                () ->
                        MAPPER.createObjectNode()
                                .put("hash", hash)
                                .put("cache_url", cacheUrl.orElse(null))
                                .put("poll_hint", pollHint.map(Duration::toSeconds).orElse(null))
                                .toString());
    }
}

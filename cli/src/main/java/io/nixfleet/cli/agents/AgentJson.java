package io.nixfleet.cli.agents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Units;
import io.nixfleet.cli.rollout.Sighting;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Optional;

/**
 * Reads what agents say. Throws {@link FormatException} when it is not JSON, or a field that
 * matters is missing or of another type.
 */
final class AgentJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private AgentJson() {}

    static ObjectNode object(String body) {
        try {
            if (MAPPER.readTree(body) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException _) {
            // Said below.
        }
        throw new FormatException("it is not a JSON object");
    }

    /** {@code /v1/status}. */
    static Sighting sighting(String body) {
        ObjectNode status = object(body);
        var refused = new HashMap<StorePath, String>();
        for (JsonNode refusal : status.path("refused")) {
            path(refusal.path("hash"))
                    .ifPresent(system -> refused.put(system, refusal.path("reason").asText()));
        }
        return new Sighting(
                required(status, "machine_id"),
                path(status.at("/current/running")),
                path(status.at("/current/profile/hash")),
                present(status.path("deployment")).map(work -> work(work, status.path("progress"))),
                path(status.path("waiting")),
                present(status.path("last")).map(AgentJson::ended),
                refused,
                present(status.path("needs_attention")).map(JsonNode::asText),
                path(status.path("desired")),
                present(status.path("health")).map(AgentJson::health));
    }

    /** The deployment of that id in {@code /v1/history}. */
    static Optional<Sighting.Ended> ended(String body, String id) {
        for (JsonNode entry : object(body).path("deployments")) {
            if (entry.path("id").asText().equals(id)) {
                return Optional.of(ended(entry));
            }
        }
        return Optional.empty();
    }

    private static Sighting.Work work(JsonNode work, JsonNode progress) {
        String far =
                progress.isObject()
                        ? "%d of %s, %s of %s"
                                .formatted(
                                        progress.path("done_paths").asInt(),
                                        Units.count(progress.path("paths").asInt(), "path"),
                                        Units.bytes(progress.path("done_bytes").asLong()),
                                        Units.bytes(progress.path("bytes").asLong()))
                        : "";
        return new Sighting.Work(
                required(work, "id"),
                path(work.path("hash"))
                        .orElseThrow(() -> new FormatException("it has a deployment of nothing")),
                required(work, "phase"),
                far);
    }

    private static Sighting.Ended ended(JsonNode entry) {
        return new Sighting.Ended(
                required(entry, "id"), required(entry, "outcome"), entry.path("message").asText());
    }

    private static Sighting.Health health(JsonNode health) {
        var failures = new ArrayList<String>();
        for (JsonNode check : health.path("results")) {
            if (check.path("status").asText().equals("fail")) {
                failures.add(
                        "%s: %s"
                                .formatted(
                                        check.path("check_name").asText(),
                                        check.path("message").asText()));
            }
        }
        return new Sighting.Health(
                health.path("all_passed").asBoolean(), String.join("; ", failures));
    }

    private static Optional<JsonNode> present(JsonNode node) {
        return node.isMissingNode() || node.isNull() ? Optional.empty() : Optional.of(node);
    }

    private static Optional<StorePath> path(JsonNode node) {
        return present(node).map(text -> StorePath.parse(StoreDir.NIX_STORE, text.asText()));
    }

    private static String required(JsonNode object, String field) {
        JsonNode value = object.path(field);
        if (!value.isTextual()) {
            throw new FormatException("it has no text in '%s'".formatted(field));
        }
        return value.asText();
    }
}

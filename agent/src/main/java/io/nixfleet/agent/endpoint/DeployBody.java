package io.nixfleet.agent.endpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Reads the bodies of {@code /v1/deploy} and {@code /v1/retry}: JSON, whatever the content type
 * says, since {@code curl -d} calls all that it sends a form. Unknown fields are ignored. No
 * message repeats a URL, which may hold secrets.
 */
final class DeployBody {
    private static final int LONGEST_URL = 2048;
    private static final Set<String> CACHE_SCHEMES =
            Set.of("http", "https", "file", "ssh", "ssh-ng", "s3");
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private DeployBody() {}

    /**
     * @param newId names a deployment that its sender did not
     */
    static DeployRequest deploy(String body, DeployRequest.Source source, Supplier<String> newId)
            throws BadRequestException {
        JsonNode object = object(body);
        StorePath system =
                storePath(object)
                        .orElseThrow(
                                () -> wrong("hash is missing: give the full path of a system"));
        Optional<String> url = text(object, "cache_url");
        Optional<URI> cacheUrl =
                url.isPresent() ? Optional.of(cacheUrl(url.get())) : Optional.empty();
        Action action = action(text(object, "action").orElse(Action.SWITCH.word()));
        String id = text(object, "id").orElseGet(newId);
        if (!id.matches("[A-Za-z0-9_-]{1,64}")) {
            throw wrong("id has 1 to 64 of the characters A-Z, a-z, 0-9, '-' and '_'");
        }
        return new DeployRequest(id, system, cacheUrl, action, source);
    }

    /** The system to allow again, or none for all. */
    static Optional<StorePath> retry(String body) throws BadRequestException {
        return body.isBlank() ? Optional.empty() : storePath(object(body));
    }

    private static JsonNode object(String body) throws BadRequestException {
        JsonNode node;
        try {
            node = MAPPER.readTree(body);
        } catch (JsonProcessingException _) {
            throw new BadRequestException(400, "the body is not JSON");
        }
        if (!node.isObject()) {
            throw new BadRequestException(400, "the body is not a JSON object");
        }
        return node;
    }

    private static Optional<StorePath> storePath(JsonNode object) throws BadRequestException {
        Optional<String> hash = text(object, "hash");
        try {
            return hash.map(path -> StorePath.parse(StoreDir.NIX_STORE, path));
        } catch (FormatException e) {
            throw wrong("hash: " + e.getMessage());
        }
    }

    private static Action action(String word) throws BadRequestException {
        return Action.of(word)
                .orElseThrow(() -> wrong("action is one of switch, boot, test, dry-activate"));
    }

    private static URI cacheUrl(String text) throws BadRequestException {
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            throw wrong("cache_url is not a URL: " + e.getReason());
        }
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (text.length() > LONGEST_URL || url.isOpaque() || !CACHE_SCHEMES.contains(scheme)) {
            throw wrong(
                    "cache_url looks like https://host/path, http://…, file:///path, ssh://host,"
                            + " ssh-ng://host or s3://bucket");
        }
        if (!scheme.equals("file") && url.getHost() == null) {
            throw wrong("cache_url names no host");
        }
        return url;
    }

    private static Optional<String> text(JsonNode object, String field) throws BadRequestException {
        JsonNode value = object.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw wrong(field + " is not text");
        }
        return Optional.of(value.textValue());
    }

    private static BadRequestException wrong(String message) {
        return new BadRequestException(422, message);
    }
}

package io.nixfleet.testing.controlplane;

import io.nixfleet.testing.controlplane.rollout.Refusal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A request as it came.
 *
 * @param target undecoded
 * @param headers by lower-case name
 */
public record HttpRequest(String method, String target, Map<String, String> headers, String body) {
    public HttpRequest {
        headers = Map.copyOf(headers);
    }

    /** The path of the target, undecoded. */
    String path() {
        return target.split("\\?", 2)[0];
    }

    /** The values of a parameter of the query, in order. */
    List<String> parameters(String name) {
        String[] parts = target.split("\\?", 2);
        if (parts.length < 2) {
            return List.of();
        }
        return Arrays.stream(parts[1].split("&", -1))
                .filter(pair -> pair.startsWith(name + "="))
                .map(pair -> pair.substring(name.length() + 1))
                .map(value -> decoded(value.replace("+", " ")))
                .toList();
    }

    /** Decodes a segment of a path; refuses what is no encoding with 400. */
    static String decoded(String segment) {
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw Refusal.bad("not percent-encoded: " + segment);
        }
    }

    public String header(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, "");
    }
}

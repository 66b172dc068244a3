package io.nixfleet.testing.controlplane;

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

    public String header(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, "");
    }
}

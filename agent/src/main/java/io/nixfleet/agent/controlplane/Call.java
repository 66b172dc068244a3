package io.nixfleet.agent.controlplane;

import io.vertx.core.http.HttpMethod;
import java.util.Map;
import java.util.Optional;

/**
 * A request to a control plane.
 *
 * @param path below the base URL, encoded, beginning with a slash; perhaps with a query
 * @param headers besides those of every call
 * @param body JSON
 * @param repeatable whether it does no harm if it comes twice
 */
public record Call(
        HttpMethod method,
        String path,
        Map<String, String> headers,
        Optional<String> body,
        boolean repeatable) {
    public Call {
        headers = Map.copyOf(headers);
    }
}

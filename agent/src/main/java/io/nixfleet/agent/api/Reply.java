package io.nixfleet.agent.api;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What the agent answered.
 *
 * @param status as HTTP has it
 * @param body a JSON object
 */
public record Reply(int status, ObjectNode body) {
    public boolean ok() {
        return status >= 200 && status < 300;
    }

    /** Why not, for people. */
    public String error() {
        return body.path("error").asText("the agent answered with HTTP status " + status);
    }
}

package io.nixfleet.agent.endpoint;

import java.util.Optional;

/**
 * A method on a path, and what answers it.
 *
 * @param method {@code GET} or {@code POST}; only the latter's body is read
 */
record Route(String method, String path, Call call) {
    /** A request, read whole. */
    record Request(Optional<String> query, String body) {}

    /** Runs on a virtual thread, so it may block. */
    @FunctionalInterface
    interface Call {
        Answer answer(Request request) throws BadRequestException;
    }

    static Route get(String path, Call call) {
        return new Route("GET", path, call);
    }

    static Route post(String path, Call call) {
        return new Route("POST", path, call);
    }
}

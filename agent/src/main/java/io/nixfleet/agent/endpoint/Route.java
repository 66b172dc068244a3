package io.nixfleet.agent.endpoint;

import java.util.Optional;

/**
 * A method on a path, and what answers it.
 *
 * @param method {@code GET}, {@code HEAD} or {@code POST}
 * @param immediate whether the call waits for nobody and so is answered on the event loop
 */
record Route(String method, String path, boolean immediate, Call call) {
    /** A request, read whole. */
    record Request(Optional<String> query, String body) {
        static final Request EMPTY = new Request(Optional.empty(), "");
    }

    /** Runs on a virtual thread, so it may block, unless the route is immediate. */
    @FunctionalInterface
    interface Call {
        Answer answer(Request request) throws BadRequestException;
    }

    static Route get(String path, Call call) {
        return new Route("GET", path, false, call);
    }

    /** What a {@link #get} of the same would be answered, without its body. */
    static Route head(String path, Call call) {
        return new Route("HEAD", path, false, call);
    }

    /**
     * @param call which must not block
     */
    static Route immediate(String path, Call call) {
        return new Route("GET", path, true, call);
    }

    static Route post(String path, Call call) {
        return new Route("POST", path, false, call);
    }
}

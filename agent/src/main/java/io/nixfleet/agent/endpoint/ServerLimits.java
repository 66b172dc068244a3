package io.nixfleet.agent.endpoint;

import java.time.Duration;

/**
 * What one server grants its clients.
 *
 * @param connections open at once; a further one is closed
 * @param calls answered at once; a further one gets 503
 * @param idle how long a connection may be silent
 * @param request how long a request may take to arrive whole
 * @param lineBytes of the request line
 * @param headerBytes of all headers
 * @param bodyBytes of a body
 */
record ServerLimits(
        int connections,
        int calls,
        Duration idle,
        Duration request,
        int lineBytes,
        int headerBytes,
        int bodyBytes) {
    static final ServerLimits DEFAULT =
            new ServerLimits(
                    64, 16, Duration.ofSeconds(30), Duration.ofSeconds(10), 4096, 8192, 64 * 1024);
}

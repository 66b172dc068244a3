package io.nixfleet.agent.endpoint;

import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/** Says who may ask at all, from what is known before the body is read. Must not block. */
@FunctionalInterface
interface Gatekeeper {
    Gatekeeper OPEN = _ -> Optional.empty();

    /** The answer to somebody who may not ask. */
    Optional<Answer> refuse(HttpServerRequest request);
}

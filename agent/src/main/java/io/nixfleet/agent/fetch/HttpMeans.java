package io.nixfleet.agent.fetch;

import io.vertx.core.Vertx;
import java.util.Optional;

/**
 * How caches are spoken to over HTTP.
 *
 * @param userAgent how we call ourselves
 * @param vertx whose event loop carries it; empty for one of each fetch's own
 */
public record HttpMeans(String userAgent, Optional<Vertx> vertx) {}

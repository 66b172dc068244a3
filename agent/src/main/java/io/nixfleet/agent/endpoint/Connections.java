package io.nixfleet.agent.endpoint;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The open connections of a server: a bounded number, each with a time by which its next request
 * must begin. A time of silence alone would let a client hold a place by sending a byte now and
 * then.
 */
final class Connections {
    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final ServerLimits limits;
    private final AtomicInteger open = new AtomicInteger();
    private final Map<HttpConnection, Long> deadlines = new ConcurrentHashMap<>();

    Connections(Vertx vertx, ServerLimits limits) {
        this.vertx = vertx;
        this.limits = limits;
    }

    void opened(HttpConnection connection) {
        open.incrementAndGet();
        deadlines.put(connection, NO_TIMER);
        connection.closeHandler(_ -> closed(connection));
        connection.exceptionHandler(_ -> {});
        if (open.get() > limits.connections()) {
            var _ = connection.close();
        } else {
            expectRequest(connection, limits.request());
        }
    }

    private void closed(HttpConnection connection) {
        open.decrementAndGet();
        stop(deadlines.remove(connection));
    }

    /** A request began. */
    void asked(HttpConnection connection) {
        stop(deadlines.replace(connection, NO_TIMER));
    }

    /** It is answered; another one may come. */
    void answered(HttpConnection connection) {
        expectRequest(connection, limits.idle());
    }

    private void expectRequest(HttpConnection connection, Duration within) {
        long timer = vertx.setTimer(within.toMillis(), _ -> connection.close());
        Long former = deadlines.replace(connection, timer);
        // Without a former one the connection closed meanwhile.
        stop(former == null ? Long.valueOf(timer) : former);
    }

    private void stop(@Nullable Long timer) {
        if (timer != null && timer != NO_TIMER) {
            vertx.cancelTimer(timer);
        }
    }
}

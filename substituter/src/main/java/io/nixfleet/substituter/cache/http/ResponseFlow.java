package io.nixfleet.substituter.cache.http;

import io.netty.channel.Channel;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.impl.HttpClientConnection;
import java.util.Objects;

/**
 * How a response is made to wait for its reader.
 *
 * <p>Not by {@code pause()} where the response has its connection for itself: of a paused one
 * Vert.x queues up to 16 chunks, and past that stops reading the connection. It gives the
 * connection back to the pool once the body's end has arrived, though, and if that was just the
 * 16th entry, the next exchange gets a connection that nobody reads until the first body has a
 * reader. Downloads wait for each other in the order of dependencies: that would be a deadlock. So
 * the socket itself is left alone for a while, and what was read from it is taken whole.
 */
final class ResponseFlow {
    private ResponseFlow() {}

    /** To be called in the response's handler. */
    static BodyBuffer.Flow of(HttpClientResponse response) {
        boolean shared =
                switch (response.version()) {
                    case HTTP_1_0, HTTP_1_1 -> false;
                    case HTTP_2, HTTP_3 -> true;
                };
        if (!shared && response.request().connection() instanceof HttpClientConnection own) {
            return new OfSocket(own.channelHandlerContext().channel());
        }
        return new OfStream(
                response,
                Objects.requireNonNull(Vertx.currentContext(), "answers come on an event loop"));
    }

    /** For a connection with one exchange at a time. */
    private record OfSocket(Channel channel) implements BodyBuffer.Flow {
        @Override
        public void pause() {
            channel.config().setAutoRead(false);
        }

        @Override
        public void resume() {
            channel.eventLoop().execute(() -> channel.config().setAutoRead(true));
        }
    }

    /** For one of many streams that share a connection. */
    private record OfStream(HttpClientResponse response, Context context)
            implements BodyBuffer.Flow {
        @Override
        public void pause() {
            response.pause();
        }

        @Override
        public void resume() {
            context.runOnContext(_ -> response.resume());
        }
    }
}

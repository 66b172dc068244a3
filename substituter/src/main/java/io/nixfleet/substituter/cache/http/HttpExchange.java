package io.nixfleet.substituter.cache.http;

import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One request and its answer. Close it whatever came of it; closing ends what is under way. */
public final class HttpExchange implements AutoCloseable {
    private static final int FINISH_BYTES = 64 * 1024;
    private static final Duration FINISH_LIMIT = Duration.ofSeconds(1);

    private final CompletableFuture<HttpHead> head = new CompletableFuture<>();
    private final BodyBuffer buffer;
    private final Object lock = new Object();
    private @Nullable HttpClientRequest request;
    private boolean kept;
    private boolean bodyEnded;
    private boolean closed;

    HttpExchange(BodyBuffer buffer) {
        this.buffer = buffer;
    }

    /**
     * From the event loop: the connection is there.
     *
     * @param onKept whether it served another request before
     */
    void connected(HttpClientRequest connectedRequest, boolean onKept) {
        // Whoever waits for an answer hears of a failure then; Vert.x would log it too.
        connectedRequest.exceptionHandler(_ -> {});
        boolean late;
        synchronized (lock) {
            late = closed;
            request = connectedRequest;
            kept = onKept;
        }
        if (late) {
            connectedRequest.reset();
            return;
        }
        connectedRequest.send().onSuccess(this::answered).onFailure(this::broken);
    }

    private void answered(HttpClientResponse response) {
        BodyBuffer.Flow flow = ResponseFlow.of(response);
        buffer.flow(flow);
        response.exceptionHandler(this::broken);
        response.endHandler(
                ignored -> {
                    // The connection is free for others from now on, whoever still reads from us.
                    flow.resume();
                    ended();
                });
        response.handler(buffer::add);
        head.complete(new HttpHead(response.statusCode(), response.headers()));
    }

    private void ended() {
        synchronized (lock) {
            bodyEnded = true;
        }
        buffer.end();
    }

    void broken(Throwable cause) {
        TransportException failure =
                cause instanceof TransportException known ? known : TransportException.of(cause);
        synchronized (lock) {
            if (kept && !head.isDone() && failure.kind() == TransportException.Kind.BROKEN) {
                failure = failure.asStale();
            }
        }
        buffer.fail(failure);
        head.completeExceptionally(failure);
    }

    /** Whether it still waits for status and headers; not once it failed or was closed. */
    boolean isUnanswered() {
        synchronized (lock) {
            return !closed && !head.isDone();
        }
    }

    /**
     * Waits for status and headers.
     *
     * @throws TransportException when they did not come, or not in time
     */
    public HttpHead awaitHead(Duration limit) throws IOException, InterruptedException {
        try {
            return head.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new TransportException(
                    TransportException.Kind.BROKEN,
                    "no answer within %d ms".formatted(limit.toMillis()),
                    e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof TransportException failure
                    ? failure
                    : TransportException.of(e);
        }
    }

    /**
     * The body as it comes over the wire, its transfer encoding removed. The one stream of this
     * exchange; reading blocks as long as {@code patience} lasts, then throws {@link
     * TransportException}, and an {@link java.io.InterruptedIOException} on interruption. Closing
     * the stream closes nothing, closing the exchange ends it.
     */
    public InputStream body(Patience patience) {
        return new BodyStream(buffer, patience);
    }

    /**
     * Closes, but takes in a short body first, so that the connection can serve the next request:
     * for answers whose body says nothing, as that of a redirect or a 404.
     */
    public void finish() throws InterruptedException {
        try (this) {
            Patience patience = Patience.until(FINISH_LIMIT);
            long read = 0;
            for (var chunk = buffer.take(patience);
                    chunk != null && read < FINISH_BYTES;
                    chunk = buffer.take(patience)) {
                read += chunk.length();
            }
        } catch (IOException e) {
            // Then the connection is not used again: nothing else is lost.
        }
    }

    /** Bytes of the body that wait for their reader. */
    public int buffered() {
        return buffer.buffered();
    }

    @Override
    public void close() {
        HttpClientRequest toReset;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            // A connection whose answer was taken whole serves the next request.
            toReset = bodyEnded ? null : request;
        }
        var cause = new TransportException(TransportException.Kind.BROKEN, "closed by the reader");
        buffer.discard(cause);
        head.completeExceptionally(cause);
        if (toReset != null) {
            toReset.reset();
        }
    }
}

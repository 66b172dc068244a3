package io.nixfleet.agent.controlplane;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One request and its answer; given up, its connection is closed. */
final class Exchange {
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final @Nullable Buffer body;
    private final Connections.Lease lease;
    private final int longestAnswer;
    private final Object lock = new Object();
    private @Nullable HttpClientRequest request;
    private boolean kept;
    private boolean answering;
    private boolean givenUp;

    private Exchange(@Nullable Buffer body, Connections.Lease lease, int longestAnswer) {
        this.body = body;
        this.lease = lease;
        this.longestAnswer = longestAnswer;
    }

    /**
     * Sends a request and waits for the whole answer.
     *
     * @param body to send, or null
     * @param longestAnswer how many bytes of a body are taken
     */
    static Answer perform(
            Connections.Lease lease,
            RequestOptions options,
            @Nullable Buffer body,
            Deadline deadline,
            int longestAnswer)
            throws ExchangeException, InterruptedException {
        var exchange = new Exchange(body, lease, longestAnswer);
        try {
            lease.client()
                    .request(options)
                    .onSuccess(exchange::connected)
                    .onFailure(exchange.answer::completeExceptionally);
        } catch (IllegalStateException e) {
            // So Vert.x says that the client was closed in this moment.
            throw ExchangeException.unconnected(new IOException("the agent is stopping", e));
        }
        return exchange.await(deadline);
    }

    private Answer await(Deadline deadline) throws ExchangeException, InterruptedException {
        boolean whole = false;
        try {
            Answer complete = answer.get(deadline.left(), TimeUnit.NANOSECONDS);
            whole = true;
            return complete;
        } catch (ExecutionException | TimeoutException e) {
            throw failure(e);
        } finally {
            if (!whole) {
                giveUp();
            }
        }
    }

    private ExchangeException failure(Exception cause) {
        synchronized (lock) {
            boolean closed =
                    cause.getCause() instanceof HttpClosedException
                            || cause.getCause() instanceof SocketException;
            return new ExchangeException(request != null, closed && kept && !answering, cause);
        }
    }

    private void giveUp() {
        HttpClientRequest toReset;
        synchronized (lock) {
            givenUp = true;
            toReset = request;
        }
        if (toReset != null) {
            toReset.reset();
        }
    }

    private void connected(HttpClientRequest connectedRequest) {
        boolean late;
        synchronized (lock) {
            late = givenUp;
            request = connectedRequest;
            kept = !lease.first(connectedRequest.connection());
        }
        if (late) {
            connectedRequest.reset();
            return;
        }
        var response = body == null ? connectedRequest.send() : connectedRequest.send(body);
        response.onSuccess(this::answered).onFailure(answer::completeExceptionally);
    }

    private void answered(HttpClientResponse response) {
        synchronized (lock) {
            answering = true;
        }
        Buffer collected = Buffer.buffer();
        response.handler(
                chunk -> {
                    if (collected.length() + chunk.length() > longestAnswer) {
                        answer.completeExceptionally(new AnswerTooLongException(longestAnswer));
                    } else {
                        collected.appendBuffer(chunk);
                    }
                });
        response.exceptionHandler(answer::completeExceptionally);
        response.endHandler(
                _ -> {
                    answer.complete(
                            new Answer(
                                    response.statusCode(),
                                    header(response, "Location"),
                                    header(response, "Date"),
                                    collected.toString(StandardCharsets.UTF_8)));
                });
    }

    private static String header(HttpClientResponse response, String name) {
        String value = response.getHeader(name);
        return value == null ? "" : value;
    }
}

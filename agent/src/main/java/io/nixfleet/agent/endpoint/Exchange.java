package io.nixfleet.agent.endpoint;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;

/** One request and its response. Used on its event loop only. */
final class Exchange {
    private final Vertx vertx;
    private final HttpServerRequest request;
    private final Connections connections;
    private final Buffer body = Buffer.buffer();
    private boolean answered;

    Exchange(Vertx vertx, HttpServerRequest request, Connections connections) {
        this.vertx = vertx;
        this.request = request;
        this.connections = connections;
    }

    /**
     * Hands the body on when it is whole; one too large is answered with 413, one too slow with
     * 408.
     */
    void readBody(int limit, Duration timeout, Consumer<String> whole) {
        long deadline = vertx.setTimer(timeout.toMillis(), _ -> tooSlow());
        request.exceptionHandler(_ -> vertx.cancelTimer(deadline));
        request.handler(
                part -> {
                    if (answered) {
                        return;
                    }
                    if (body.length() + part.length() > limit) {
                        vertx.cancelTimer(deadline);
                        answerEarly(
                                Answer.error(413, "a body has at most %d bytes".formatted(limit)),
                                timeout);
                    } else {
                        body.appendBuffer(part);
                    }
                });
        request.endHandler(
                _ -> {
                    vertx.cancelTimer(deadline);
                    if (!answered) {
                        whole.accept(body.toString(StandardCharsets.UTF_8));
                    }
                });
    }

    private void tooSlow() {
        if (!answered) {
            answer(Answer.error(408, "the request did not arrive in time"));
        }
        close();
    }

    /**
     * Answers before the request is whole. What is left of it is read and dropped for a while,
     * since closing at once would reset the connection before the client has the answer.
     */
    void answerEarly(Answer answer, Duration patience) {
        if (request.isEnded()) {
            answer(answer);
            return;
        }
        long deadline = vertx.setTimer(patience.toMillis(), _ -> close());
        request.exceptionHandler(_ -> vertx.cancelTimer(deadline));
        request.handler(_ -> {});
        request.endHandler(
                _ -> {
                    vertx.cancelTimer(deadline);
                    if (answer.status() == 413) {
                        close();
                    }
                });
        answer(answer);
    }

    void answer(Answer answer) {
        answered = true;
        var response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(answer.status())
                .putHeader("Content-Type", answer.contentType())
                .putHeader("Cache-Control", "no-store");
        answer.headers().forEach(response::putHeader);
        var _ =
                response.end(answer.body())
                        .onComplete(_ -> connections.answered(request.connection()));
    }

    private void close() {
        var _ = request.connection().close();
    }
}

package io.nixfleet.agent.endpoint;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs calls on virtual threads, a bounded number at once, so that no event loop waits for them.
 */
final class BoundedCalls {
    private static final Logger LOG = LoggerFactory.getLogger(BoundedCalls.class);

    private final Semaphore permits;

    BoundedCalls(int atOnce) {
        permits = new Semaphore(atOnce);
    }

    /** Returns at once; {@code reply} is called exactly once, here or on another thread. */
    void run(Route route, Route.Request request, Consumer<Answer> reply) {
        if (!permits.tryAcquire()) {
            reply.accept(Answer.error(503, "busy: try again").with("Retry-After", "1"));
            return;
        }
        Thread.ofVirtual()
                .name("nixfleet-endpoint")
                .start(
                        () -> {
                            Answer answer;
                            try {
                                answer = answer(route, request);
                            } finally {
                                permits.release();
                            }
                            try {
                                reply.accept(answer);
                            } catch (RejectedExecutionException _) {
                                // The server has ended, and its connections with it.
                            }
                        });
    }

    /** Runs a call here. */
    static Answer answer(Route route, Route.Request request) {
        try {
            return route.call().answer(request);
        } catch (BadRequestException e) {
            return e.answer();
        } catch (RuntimeException e) {
            LOG.error("request failed method={} path={}", route.method(), route.path(), e);
            return Answer.error(500, "internal error; the agent's log has more");
        }
    }
}

package io.nixfleet.it.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.it.host.Await;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Chromium's DevTools protocol over a pair of pipes: JSON objects, a NUL after each. A browser
 * whose pipes close ends, so that none outlives its test.
 */
final class DevTools {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final OutputStream commands;
    private final AtomicInteger lastId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final Map<String, Consumer<JsonNode>> listeners = new ConcurrentHashMap<>();

    DevTools(OutputStream commands, InputStream answers) {
        this.commands = commands;
        Thread.ofVirtual().name("devtools").start(() -> read(new BufferedInputStream(answers)));
    }

    /** Hears the events of a session. */
    void listen(String session, Consumer<JsonNode> listener) {
        listeners.put(session, listener);
    }

    /** What the browser answers; fails when it refuses. */
    JsonNode send(String session, String method, Map<String, Object> parameters) {
        int id = lastId.incrementAndGet();
        ObjectNode command = MAPPER.createObjectNode().put("id", id).put("method", method);
        command.set("params", MAPPER.valueToTree(parameters));
        if (!session.isEmpty()) {
            command.put("sessionId", session);
        }
        var answer = new CompletableFuture<JsonNode>();
        waiting.put(id, answer);
        try {
            synchronized (commands) {
                commands.write(MAPPER.writeValueAsBytes(command));
                commands.write(0);
                commands.flush();
            }
            JsonNode answered = answer.get(Await.LIMIT.toSeconds(), TimeUnit.SECONDS);
            if (answered.has("error")) {
                throw new AssertionError(method + ": " + answered.path("error"));
            }
            return answered.path("result");
        } catch (IOException | ExecutionException | TimeoutException e) {
            throw new AssertionError("no answer of the browser to " + method, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } finally {
            waiting.remove(id);
        }
    }

    private void read(InputStream answers) {
        try {
            var message = new ByteArrayOutputStream();
            for (int next = answers.read(); next >= 0; next = answers.read()) {
                if (next != 0) {
                    message.write(next);
                    continue;
                }
                take(MAPPER.readTree(message.toString(StandardCharsets.UTF_8)));
                message.reset();
            }
        } catch (IOException _) {
            // The browser has ended.
        } finally {
            var end = new IOException("the browser has ended");
            waiting.values().forEach(answer -> answer.completeExceptionally(end));
        }
    }

    private void take(JsonNode message) {
        CompletableFuture<JsonNode> answer = waiting.get(message.path("id").asInt());
        if (answer != null) {
            answer.complete(message);
            return;
        }
        Consumer<JsonNode> listener = listeners.get(message.path("sessionId").asText());
        if (listener != null) {
            listener.accept(message);
        }
    }
}

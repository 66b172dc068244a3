package io.nixfleet.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/** Asks the agent that listens at a Unix socket. */
public final class AgentClient {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Path socket;
    private final Duration limit;

    /**
     * @param limit for each call, from connecting to the last byte
     */
    public AgentClient(Path socket, Duration limit) {
        this.socket = socket;
        this.limit = limit;
    }

    public Reply get(String target) throws AgentUnreachableException, InterruptedException {
        return call("GET", target, "");
    }

    public Reply post(String target, JsonNode body)
            throws AgentUnreachableException, InterruptedException {
        return call("POST", target, body.toString());
    }

    private Reply call(String method, String target, String body)
            throws AgentUnreachableException, InterruptedException {
        try (var exchange = new SocketExchange(socket, limit)) {
            HttpReply reply = HttpReply.parse(exchange.send(request(method, target, body)));
            JsonNode json = MAPPER.readTree(reply.body());
            if (!(json instanceof ObjectNode object)) {
                throw new IOException("its answer is not a JSON object");
            }
            return new Reply(reply.status(), object);
        } catch (IOException e) {
            throw new AgentUnreachableException(socket, reason(e), e);
        }
    }

    private static byte[] request(String method, String target, String body) {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String head =
                """
                %s %s HTTP/1.1\r
                Host: localhost\r
                Connection: close\r
                Content-Type: application/json\r
                Content-Length: %d\r
                \r
                """
                        .formatted(method, target, content.length);
        return (head + body).getBytes(StandardCharsets.UTF_8);
    }

    private String reason(IOException failure) {
        if (Files.notExists(socket)) {
            return "there is no such socket";
        }
        if (failure instanceof AccessDeniedException || !Files.isWritable(socket)) {
            return "permission denied, run as root";
        }
        return Objects.requireNonNullElse(failure.getMessage(), failure.toString());
    }
}

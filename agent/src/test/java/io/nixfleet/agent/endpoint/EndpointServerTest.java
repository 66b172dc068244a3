package io.nixfleet.agent.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that are slow or rude, under limits of a few seconds at most. */
@Timeout(60)
class EndpointServerTest {
    private static final String ENOUGH = "{\"error\":\"a body has at most 16 bytes\"}\n";

    private final Vertx vertx = Vertx.vertx();
    private EndpointServer server;

    @BeforeEach
    void open() throws Exception {
        var limits =
                new ServerLimits(
                        2, 2, Duration.ofSeconds(5), Duration.ofMillis(500), 512, 1024, 16);
        server =
                EndpointServer.open(
                        vertx,
                        SocketAddress.inetSocketAddress(0, "127.0.0.1"),
                        List.of(
                                Route.post(
                                        "/echo",
                                        request -> Answer.text(200, "text/plain", request.body())),
                                Route.get(
                                        "/broken",
                                        _ -> {
                                            throw new IllegalStateException("secret detail");
                                        })),
                        Gatekeeper.OPEN,
                        limits,
                        Optional.empty());
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String toTheEnd(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    @Test
    void closesAConnectionThatSendsNothing() throws Exception {
        try (var socket = connect()) {
            assertThat(toTheEnd(socket)).isEmpty();
        }
    }

    @Test
    void closesAConnectionThatDripsItsHeaders() throws Exception {
        try (var socket = connect()) {
            socket.setSoTimeout(50);
            send(socket, "GET / HTTP/1.1\r\nX: ");
            int dripped = 0;
            boolean open = true;
            while (open && dripped < 400) {
                try {
                    open = socket.getInputStream().read() >= 0;
                } catch (SocketTimeoutException _) {
                    open = drip(socket);
                    dripped++;
                }
            }
            assertThat(open).isFalse();
        }
    }

    private static boolean drip(Socket socket) throws IOException {
        try {
            send(socket, "x");
            return true;
        } catch (SocketException _) {
            return false;
        }
    }

    @Test
    void answersABodyThatDoesNotComeInTime() throws Exception {
        try (var socket = connect()) {
            send(socket, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf");

            assertThat(toTheEnd(socket))
                    .startsWith("HTTP/1.1 408 ")
                    .endsWith("{\"error\":\"the request did not arrive in time\"}\n");
        }
    }

    @Test
    void answersABodyThatIsTooLargeBeforeItsEndAndHangsUp() throws Exception {
        try (var socket = connect()) {
            send(socket, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n");
            send(socket, "x".repeat(17));

            assertThat(toTheEnd(socket)).startsWith("HTTP/1.1 413 ").endsWith(ENOUGH);
        }
    }

    @Test
    void answersSeveralRequestsOnOneConnection() throws Exception {
        try (var socket = connect()) {
            String post = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n";
            send(socket, post + "one" + post + "two");
            send(socket, "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
            send(socket, post + "six");

            assertThat(toTheEnd(socket).replaceAll("(?s)HTTP/1.1 (\\d+).*?\r\n\r\n", "[$1]"))
                    .isEqualTo(
                            "[200]one[200]two[404]{\"error\":\"there is nothing at this path\"}\n"
                                    + "[200]six");
        }
    }

    @Test
    void givesItsPlaceBackWhenAConnectionEnds() throws Exception {
        for (int i = 0; i < 10; i++) {
            try (var socket = connect()) {
                send(
                        socket,
                        "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                + "Content-Length: 2\r\n\r\nok");
                assertThat(toTheEnd(socket)).endsWith("\r\n\r\nok");
            }
        }
    }

    @Test
    void keepsTheDetailsOfAFailureToItself() throws Exception {
        try (var socket = connect()) {
            send(socket, "GET /broken HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

            assertThat(toTheEnd(socket))
                    .startsWith("HTTP/1.1 500 ")
                    .endsWith("{\"error\":\"internal error; the agent's log has more\"}\n")
                    .doesNotContain("secret");
        }
    }
}

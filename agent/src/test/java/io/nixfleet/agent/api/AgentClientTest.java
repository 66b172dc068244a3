package io.nixfleet.agent.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against servers that are not the agent, or a sick one. */
@Timeout(60)
class AgentClientTest {
    @TempDir private Path directory;
    private Path socket;
    private ServerSocketChannel server;

    @BeforeEach
    void listen() throws IOException {
        socket = directory.resolve("s");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    /** Answers one request with these bytes and closes. */
    private void answer(String bytes) {
        Thread.startVirtualThread(
                () -> {
                    try (SocketChannel channel = server.accept()) {
                        channel.read(ByteBuffer.allocate(8192));
                        ByteBuffer out =
                                ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1));
                        while (out.hasRemaining()) {
                            channel.write(out);
                        }
                    } catch (IOException _) {
                        // The client may have had enough.
                    }
                });
    }

    private Reply get() throws AgentUnreachableException, InterruptedException {
        return new AgentClient(socket, Duration.ofSeconds(20)).get("/v1/status");
    }

    @Test
    void readsAnAnswer() throws Exception {
        answer("HTTP/1.1 409 Conflict\r\nContent-Length: 13\r\n\r\n{\"error\":\"x\"}");

        Reply reply = get();

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.ok()).isFalse();
        assertThat(reply.error()).isEqualTo("x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | its answer was cut short",
                "HTTP/1.1 200 OK | its answer was cut short",
                "SSH-2.0-OpenSSH__ | what answers there is no agent",
                "HTTP/1.1 200 OK__{} | what answers there is no agent",
                "HTTP/1.1 200 OK_Content-Length: x__{} | what answers there is no agent",
                "HTTP/1.1 200 OK_Content-Length: 9__{} | its answer was cut short",
                "HTTP/1.1 200 OK_Content-Length: 2__[] | its answer is not a JSON object"
            })
    void saysWhatIsWrongWithAnAnswer(String answer, String message) {
        answer(answer.replace("_", "\r\n"));

        assertThatThrownBy(this::get)
                .isInstanceOf(AgentUnreachableException.class)
                .hasMessage(
                        "no answer from the agent at %s: %s; see how it is with: systemctl status nixfleet-agent"
                                .formatted(socket, message));
    }

    @Test
    void readsNoMoreThanItsBound() {
        answer("HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + " ".repeat(5_000_000));

        assertThatThrownBy(this::get)
                .hasMessageContaining("its answer is longer than 4194304 bytes");
    }

    @Test
    void waitsNoLongerThanItsLimit() {
        assertThatThrownBy(() -> new AgentClient(socket, Duration.ofSeconds(1)).get("/"))
                .isInstanceOf(AgentUnreachableException.class)
                .hasMessageContaining("it did not answer within 1 s");
    }

    @Test
    void endsWhenInterrupted() throws Exception {
        var ended = new CompletableFuture<Throwable>();
        Thread asking =
                Thread.startVirtualThread(
                        () -> {
                            try {
                                get();
                                ended.complete(new AssertionError("nobody answered"));
                            } catch (InterruptedException | AgentUnreachableException e) {
                                ended.complete(e);
                            }
                        });
        SocketChannel accepted = server.accept();
        asking.interrupt();

        assertThat(ended.get(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        accepted.close();
    }
}

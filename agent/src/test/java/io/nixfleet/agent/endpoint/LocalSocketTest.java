package io.nixfleet.agent.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.agent.deploy.DeployRequest;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class LocalSocketTest {
    private final Vertx vertx = Vertx.vertx();
    private final MemoryControl control = new MemoryControl();
    @TempDir private Path directory;

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private LocalSocket open(Path socket) throws IOException, InterruptedException {
        return LocalSocket.open(vertx, socket, new DeployEndpoints(control, () -> "generated"));
    }

    private static String send(Path socket, String bytes) throws IOException {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            var out = ByteBuffer.wrap(bytes.getBytes(StandardCharsets.UTF_8));
            while (out.hasRemaining()) {
                channel.write(out);
            }
            return new String(
                    Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String post(Path socket, String path, String body) throws IOException {
        return send(
                socket,
                "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(path, body.getBytes(StandardCharsets.UTF_8).length, body));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void takesDeploymentsOfAnOperator() throws Exception {
        Path socket = directory.resolve("run/control.sock");
        try (var _ = open(socket)) {
            String answer =
                    post(socket, "/v1/deploy", "{\"hash\":\"" + MemoryControl.WANTED + "\"}");

            assertThat(answer).startsWith("HTTP/1.1 202 ").endsWith("{\"id\":\"generated\"}\n");
            var request = control.submitted().remove().request();
            assertThat(request.source()).isEqualTo(DeployRequest.Source.OPERATOR);
        }
    }

    @Test
    void isForItsOwnerAloneAndGoneWhenClosed() throws Exception {
        Path run = directory.resolve("run");
        Path socket = run.resolve("control.sock");
        try (var _ = open(socket)) {
            assertThat(mode(socket)).isEqualTo("rw-------");
            assertThat(mode(run)).isEqualTo("rwxr-xr-x");
            try (var files = Files.list(run)) {
                assertThat(files).containsExactly(socket);
            }
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void replacesWhatAKilledAgentLeft() throws Exception {
        Path socket = directory.resolve("control.sock");
        Path halfMade = Files.createDirectory(directory.resolve(".bind")).resolve("s");
        for (Path left : new Path[] {socket, halfMade}) {
            try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                dead.bind(UnixDomainSocketAddress.of(left));
            }
            assertThat(left).exists();
        }

        try (var _ = open(socket)) {
            assertThat(post(socket, "/v1/retry", "")).endsWith("{\"allowed\":0}\n");
        }
    }

    @Test
    void leavesAnotherAgentInPeace() throws Exception {
        Path socket = directory.resolve("control.sock");
        try (var _ = open(socket)) {
            assertThatThrownBy(() -> open(socket))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "another agent listens at %s: stop it, or choose another path"
                                    .formatted(socket));
            assertThat(post(socket, "/v1/retry", "")).contains(" 200 ");
        }
    }

    @Test
    void removesNoFileThatIsNoSocket() throws Exception {
        Path file = Files.writeString(directory.resolve("precious"), "data");

        assertThatThrownBy(() -> open(file))
                .hasMessage(
                        "%s is there and is no socket: remove it, or choose another path"
                                .formatted(file));
        assertThat(file).hasContent("data");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | 400 | the body is not a JSON object",
                "{ | 400 | the body is not JSON",
                "[] | 400 | the body is not a JSON object",
                "hash=/nix/store/x | 400 | the body is not JSON",
                "{} x | 400 | the body is not JSON",
                "{\"hash\":1} | 422 | hash is not text",
                "{} | 422 | hash is missing: give the full path of a system",
                "{\"hash\":\"/etc\"} | 422 | hash: '/etc' is not a store path: it does not lie in"
                        + " /nix/store",
                "{\"hash\":\"P\",\"action\":\"reboot\"} | 422 | action is one of switch, boot,"
                        + " test, dry-activate",
                "{\"hash\":\"P\",\"id\":\"../x\"} | 422 | id has 1 to 64 of the characters A-Z,"
                        + " a-z, 0-9, '-' and '_'",
                "{\"hash\":\"P\",\"cache_url\":\"ftp://u:hunter2@b\"} | 422 | cache_url looks like"
                        + " https://host/path, http://…, file:///path, ssh://host,"
                        + " ssh-ng://host or s3://bucket",
                "{\"hash\":\"P\",\"cache_url\":\"https:///x\"} | 422 | cache_url names no host",
                "{\"hash\":\"P\",\"cache_url\":\"https://hunter2 x\"} | 422 | cache_url is not a"
                        + " URL: Illegal character in authority",
                "{\"hash\":\"P\",\"hash\":\"P\"} | 400 | the body is not JSON"
            })
    void saysWhatIsWrongWithARequest(String body, int status, String message) throws Exception {
        Path socket = directory.resolve("control.sock");
        try (var _ = open(socket)) {
            String answer =
                    post(
                            socket,
                            "/v1/deploy",
                            body.replace("\"P\"", "\"" + MemoryControl.WANTED + "\""));

            assertThat(answer)
                    .startsWith("HTTP/1.1 " + status + " ")
                    .endsWith("\r\n\r\n{\"error\":\"" + message + "\"}\n");
            assertThat(control.submitted()).isEmpty();
        }
    }

    @Test
    void refusesABodyThatIsTooLarge() throws Exception {
        Path socket = directory.resolve("control.sock");
        try (var _ = open(socket)) {
            String most = "{\"hash\":\"" + MemoryControl.WANTED + "\"}";
            most += " ".repeat(64 * 1024 - most.length());

            assertThat(post(socket, "/v1/deploy", most)).contains(" 202 ");
            assertThat(post(socket, "/v1/deploy", most + " "))
                    .startsWith("HTTP/1.1 413 ")
                    .endsWith("{\"error\":\"a body has at most 65536 bytes\"}\n");
            assertThat(post(socket, "/v1/deploy", " ".repeat(1 << 20))).contains(" 413 ");
        }
    }

    @Test
    void answersBodiesInPieces() throws Exception {
        Path socket = directory.resolve("control.sock");
        String hash = MemoryControl.WANTED.toString();
        try (var _ = open(socket)) {
            String answer =
                    send(
                            socket,
                            "POST /v1/deploy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                    + "Transfer-Encoding: chunked\r\n\r\n9\r\n{\"hash\":\"\r\n%x\r\n%s\r\n2\r\n\"}\r\n0\r\n\r\n"
                                            .formatted(hash.length(), hash));

            assertThat(answer).startsWith("HTTP/1.1 202 ");
        }
    }
}

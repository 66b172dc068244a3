package io.nixfleet.testing.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.HostileServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That the proxy does what tests rely on, seen through a plain socket. */
@Timeout(60)
class FaultProxyTest {
    private static final byte[] BODY = "0123456789".repeat(3000).getBytes(StandardCharsets.UTF_8);
    private static final byte[] GET =
            "GET /a HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] WHOLE = answer(200, BODY);

    private final HostileServer server = HostileServer.start();
    private final FaultProxy proxy = FaultProxy.before(server.uri());
    private Socket socket;

    private static byte[] answer(int status, byte[] body) {
        var answer = new ByteArrayOutputStream();
        answer.writeBytes(
                "HTTP/1.1 %d Scripted\r\nContent-Length: %d\r\n\r\n"
                        .formatted(status, body.length)
                        .getBytes(StandardCharsets.UTF_8));
        answer.writeBytes(body);
        return answer.toByteArray();
    }

    FaultProxyTest() throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), proxy.uri().getPort());
    }

    @BeforeEach
    void serve() {
        server.on("/a", Answers.ok(BODY));
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        proxy.close();
        server.close();
    }

    private byte[] ask(int length) throws IOException {
        socket.getOutputStream().write(GET);
        return socket.getInputStream().readNBytes(length);
    }

    /** The proxy counts an answer after its last byte has left. */
    private void awaitPassed(long bytes) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (proxy.bytesPassed() != bytes && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(proxy.bytesPassed()).isEqualTo(bytes);
    }

    private void assertEnded() throws IOException {
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void passesAnswersAndKeepsTheConnection() throws IOException {
        assertThat(ask(WHOLE.length)).isEqualTo(WHOLE);
        assertThat(ask(WHOLE.length)).isEqualTo(WHOLE);

        awaitPassed(2L * WHOLE.length);
    }

    @Test
    void passesChunksAndBodiesWithoutLength() throws IOException {
        server.on("/a", Answers.chunked(new byte[5], 3), Answers.untilClose(new byte[5]));
        String chunks = "3\r\n\0\0\0\r\n2\r\n\0\0\r\n0\r\n\r\n";
        String chunked = "HTTP/1.1 200 Scripted\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;

        assertThat(ask(chunked.length())).asString().isEqualTo(chunked);
        assertThat(ask(1000)).asString().endsWith("Connection: close\r\n\r\n\0\0\0\0\0");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20, 100, 20_000})
    void cutsBeforeAnyByte(int at) throws IOException {
        proxy.follow(FaultScript.first(1, "/a", new Fault.Cut(at)));

        assertThat(ask(WHOLE.length)).isEqualTo(Arrays.copyOf(WHOLE, at));
        awaitPassed(at);
    }

    @Test
    void resetsTheConnection() {
        proxy.follow(FaultScript.first(1, "/a", new Fault.Reset(20_000)));

        assertThatThrownBy(() -> ask(WHOLE.length)).isInstanceOf(SocketException.class);
    }

    @Test
    void stalls() throws IOException {
        proxy.follow(FaultScript.first(1, "/a", new Fault.Stall(100)));

        assertThat(ask(100)).isEqualTo(Arrays.copyOf(WHOLE, 100));
        socket.setSoTimeout(200);
        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void delays() throws IOException {
        Duration pause = Duration.ofMillis(300);
        proxy.follow(FaultScript.first(1, "/a", new Fault.Delay(100, pause)));
        long started = System.nanoTime();

        assertThat(ask(WHOLE.length)).isEqualTo(WHOLE);
        assertThat(System.nanoTime() - started).isGreaterThan(pause.toNanos());
    }

    @Test
    void drips() throws IOException {
        Duration pause = Duration.ofMillis(20);
        proxy.follow(FaultScript.first(1, "/a", new Fault.Drip(WHOLE.length - 10L, pause)));
        long started = System.nanoTime();

        assertThat(ask(WHOLE.length)).isEqualTo(WHOLE);
        assertThat(System.nanoTime() - started).isGreaterThan(10 * pause.toNanos());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 20_000})
    void corruptsAnyByte(int at) throws IOException {
        proxy.follow(FaultScript.first(1, "/a", new Fault.Corrupt(at, 5)));
        byte[] corrupted = WHOLE.clone();
        corrupted[at] ^= 5;

        assertThat(ask(WHOLE.length)).isEqualTo(corrupted);
    }

    @Test
    void replacesAnAnswerByAStatus() throws IOException {
        proxy.follow(FaultScript.from(1, 2, "/a", new Fault.Status(503, "Retry-After: 1")));
        String refusal = "HTTP/1.1 503 Fault\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n";

        assertThat(ask(WHOLE.length)).isEqualTo(WHOLE);
        assertThat(ask(refusal.length())).asString().isEqualTo(refusal);
        assertThat(ask(WHOLE.length)).isEqualTo(WHOLE);
    }

    @Test
    void letsStatusesChangePlaces() throws IOException {
        server.on("/a", Answers.status(404), Answers.ok(BODY));
        proxy.follow(FaultScript.from(1, 2, "/a", new Fault.StatusOfTheOneBefore()));
        ask(answer(404, new byte[0]).length);

        assertThat(ask(WHOLE.length)).isEqualTo(answer(404, BODY));
    }

    @Test
    void closesKeptConnections() throws IOException {
        proxy.follow(
                FaultScript.either(
                        FaultScript.always("/b", new Fault.Status(404)),
                        FaultScript.first(1, "/a", new Fault.CloseKeptConnection())));

        assertThat(ask(WHOLE.length)).isEqualTo(WHOLE);
        assertEnded();
    }

    @Test
    void closesWithoutAnAnswer() throws IOException {
        proxy.follow(FaultScript.first(1, "/a", new Fault.NoAnswer()));

        assertThat(ask(1)).isEmpty();
    }

    @Test
    void drawsTheSameFaultsForASeedInAnyOrder() {
        FaultScript one = FaultScript.random(7, 2, Duration.ZERO);
        FaultScript other = FaultScript.random(7, 2, Duration.ZERO);
        Fault later = other.faultFor("/a", 3, 1000);
        int faults = 0;
        for (int count = 0; count < 100; count++) {
            Fault fault = one.faultFor("/a", count, 1000);
            if (!(fault instanceof Fault.None)) {
                faults++;
            }
            assertThat(other.faultFor("/a", count, 1000)).isEqualTo(fault);
        }

        assertThat(one.faultFor("/a", 3, 1000)).isEqualTo(later);
        assertThat(faults).isBetween(30, 70);
    }
}

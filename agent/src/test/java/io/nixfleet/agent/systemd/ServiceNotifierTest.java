package io.nixfleet.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a datagram socket of another process, as systemd's is. */
@Timeout(60)
final class ServiceNotifierTest {
    @TempDir Path directory;

    @Test
    void sendsOneDatagramForEachThingItSays() throws Exception {
        String name = directory.resolve("notify é").toString();
        try (var receiver = Receiver.bind(name)) {
            var notifier = notifier(name);
            notifier.ready();
            notifier.status("fetching 3 of 40 paths\nREADY=0\u0007 …");
            notifier.watchdog();
            notifier.extendTimeout(Duration.ofSeconds(90));
            notifier.stopping();

            assertThat(receiver.take(5))
                    .containsExactly(
                            "READY=1",
                            "STATUS=fetching 3 of 40 paths READY=0  …",
                            "WATCHDOG=1",
                            "EXTEND_TIMEOUT_USEC=90000000",
                            "STOPPING=1");
        }
    }

    @Test
    void saysWhenItReloads() throws Exception {
        String name = directory.resolve("notify").toString();
        try (var receiver = Receiver.bind(name)) {
            long before = System.nanoTime() / 1000;
            notifier(name).reloading();

            String message = receiver.take(1).getFirst();
            assertThat(message).startsWith("RELOADING=1\nMONOTONIC_USEC=");
            assertThat(Long.parseLong(message.substring(message.lastIndexOf('=') + 1)))
                    .isBetween(before, System.nanoTime() / 1000);
        }
    }

    @Test
    void findsAnAbstractSocket() throws Exception {
        String name =
                "@nixfleet-test/" + ProcessHandle.current().pid() + "/" + directory.hashCode();
        try (var receiver = Receiver.bind(name)) {
            notifier(name).watchdog();

            assertThat(receiver.take(1)).containsExactly("WATCHDOG=1");
        }
    }

    @Test
    void saysThatItIsReadyAsSoonAsSomebodyListens() throws Exception {
        String name = directory.resolve("notify").toString();
        var notifier = notifier(name);
        notifier.ready();
        try (var receiver = Receiver.bind(name)) {
            notifier.status("idle");
            notifier.watchdog();

            assertThat(receiver.take(2)).containsExactly("READY=1\nSTATUS=idle", "WATCHDOG=1");
        }
    }

    @Test
    void cutsAStatusThatIsTooLong() throws Exception {
        String name = directory.resolve("notify").toString();
        try (var receiver = Receiver.bind(name)) {
            notifier(name).status("\uD83D\uDE80".repeat(100_000));

            assertThat(receiver.take(1)).containsExactly("STATUS=" + "\uD83D\uDE80".repeat(500));
        }
    }

    @Test
    void doesNotWaitForAReceiverThatDoesNotRead() throws Exception {
        String name = directory.resolve("notify").toString();
        try (var _ = Receiver.bind(name)) {
            var notifier = notifier(name);
            // More than the queue of any Unix socket holds; blocked, this would never end.
            for (int i = 0; i < 20_000; i++) {
                notifier.watchdog();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nonexistent/notify",
                "/etc/passwd",
                "relative",
                "vsock:2:1234",
                "@",
                "/",
                "/long/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                    + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            })
    void bearsWithASocketThatIsOfNoUse(String name) {
        assertThatCode(
                        () -> {
                            var notifier = notifier(name);
                            notifier.ready();
                            notifier.status("x");
                            notifier.stopping();
                        })
                .doesNotThrowAnyException();
    }

    @Test
    void doesNothingOutsideOfAService() {
        var notifier = ServiceNotifier.fromEnvironment(Map.of());

        assertThatCode(notifier::ready).doesNotThrowAnyException();
        assertThat(notifier.watchdogInterval()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "20000000, own, PT10S",
        "20000000, '', PT10S",
        "3, own, PT0.0000015S",
        "9223372036854775807, own, PT1281023H53M38.4273875S",
        "20000000, 1, none",
        "0, own, none",
        "-5, own, none",
        "soon, own, none"
    })
    void feedsTheWatchdogTwiceInItsTime(String micros, String forWhom, String expected) {
        String pid = forWhom.equals("own") ? "" + ProcessHandle.current().pid() : forWhom;
        var notifier =
                ServiceNotifier.fromEnvironment(
                        Map.of("WATCHDOG_USEC", micros, "WATCHDOG_PID", pid));

        assertThat(notifier.watchdogInterval().map(Duration::toString).orElse("none"))
                .isEqualTo(expected);
    }

    private static ServiceNotifier notifier(String socket) {
        return ServiceNotifier.fromEnvironment(Map.of("NOTIFY_SOCKET", socket));
    }

    /** Binds the socket, says so, and then prints a datagram for each line that it is given. */
    private record Receiver(Process process, BufferedReader output) implements AutoCloseable {
        private static final String PROGRAM =
                """
                import socket, sys
                name = sys.argv[1].encode()
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                s.bind(b"\\0" + name[1:] if name[:1] == b"@" else name)
                print("bound", flush=True)
                for _ in sys.stdin:
                    print(s.recv(65536).hex(), flush=True)
                """;

        static Receiver bind(String name) throws IOException {
            Process process =
                    new ProcessBuilder("python3", "-c", PROGRAM, name)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            var receiver = new Receiver(process, process.inputReader());
            assertThat(receiver.output.readLine()).isEqualTo("bound");
            return receiver;
        }

        List<String> take(int count) throws IOException {
            var messages = new ArrayList<String>();
            for (int i = 0; i < count; i++) {
                process.getOutputStream().write('\n');
                process.getOutputStream().flush();
                byte[] bytes = HexFormat.of().parseHex(output.readLine());
                messages.add(new String(bytes, StandardCharsets.UTF_8));
            }
            return messages;
        }

        @Override
        public void close() throws InterruptedException {
            process.destroyForcibly();
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }
}

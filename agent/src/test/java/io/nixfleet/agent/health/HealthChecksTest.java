package io.nixfleet.agent.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.protocol.CheckResult;
import io.nixfleet.protocol.HealthReport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HealthChecksTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir Path dir;
    private String path = "";
    private final List<String> heard = new ArrayList<>();
    private HttpServer server;

    @BeforeEach
    void setUp() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        answer("/well", 200, "");
        answer("/gone", 404, "");
        answer("/once", 302, "/well");
        answer("/circle", 301, "/circle");
        answer("/file", 302, "file:///etc/passwd");
        server.start();
        path = dir + ":/usr/bin:/bin";
        Path systemctl = dir.resolve("systemctl");
        Files.writeString(
                systemctl,
                """
                #!/bin/sh
                case "$*" in
                  "is-active -- sshd.service") echo active ;;
                  "is-active -- "*) echo failed; exit 3 ;;
                  is-system-running) cat '%s'; exit 1 ;;
                esac
                """
                        .formatted(dir.resolve("system")));
        Files.setPosixFilePermissions(systemctl, PosixFilePermissions.fromString("rwx------"));
    }

    @AfterEach
    void tearDown() {
        server.stop(0);
    }

    @Test
    void reportsAllChecksInTheirOrder() throws Exception {
        HealthReport report =
                run(
                        new Check.Unit("sshd.service"),
                        new Check.Unit("nginx.service"),
                        http("/well", 200),
                        command("echo bad >&2; exit 3", 5));

        assertThat(report.timestamp()).isEqualTo(NOW);
        assertThat(report.allPassed()).isFalse();
        assertThat(report.results())
                .extracting(CheckResult::checkName)
                .containsExactly("sshd.service", "nginx.service", url("/well"), "it");
        assertThat(messages(report))
                .containsExactly("", "unit state: failed", "", "exit code 3: bad");
        assertThat(heard)
                .containsExactly(
                        "sshd.service systemd Pass",
                        "nginx.service systemd Fail",
                        url("/well") + " http Pass",
                        "it command Fail");
    }

    @Test
    void takesADegradedSystemForWell() throws Exception {
        for (String state : List.of("running", "degraded", "starting")) {
            Files.writeString(dir.resolve("system"), state + "\n");
            assertThat(messages(run(new Check.SystemRunning())))
                    .containsExactly(state.equals("starting") ? "system state: starting" : "");
        }
    }

    @Test
    void saysThatThereIsNoSystemctl() throws Exception {
        path = "/nowhere";

        assertThat(messages(run(new Check.SystemRunning())).getFirst())
                .startsWith("failed to run systemctl: there is no program 'systemctl' on the PATH");
    }

    @Test
    void comparesTheStatusExactly() throws Exception {
        assertThat(messages(run(http("/gone", 404), http("/gone", 200), http("/once", 302))))
                .containsExactly("", "expected status 200, got 404", "");
    }

    @Test
    void followsAFewRedirectsToHttp() throws Exception {
        assertThat(messages(run(http("/once", 200), http("/circle", 200), http("/file", 200))))
                .containsExactly(
                        "",
                        "more than 3 redirects",
                        "HTTP request failed: java.io.IOException: it redirects to what is no HTTP"
                                + " URL");
    }

    @Test
    void saysThatNobodyListens() throws Exception {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        var check =
                new Check.Http(
                        URI.create("http://localhost:" + port + "/"), Duration.ofSeconds(3), 200);

        assertThat(messages(run(check)).getFirst())
                .startsWith("HTTP request failed: java.net.ConnectException");
    }

    @Test
    void hangsUpOnAServerThatDripsItsAnswer() throws Exception {
        try (var slow = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var closed = new CompletableFuture<Boolean>();
            Thread.ofVirtual()
                    .start(
                            () -> {
                                try (var socket = slow.accept()) {
                                    var in = socket.getInputStream();
                                    socket.getOutputStream()
                                            .write(
                                                    "HTTP/1.1 200 "
                                                            .getBytes(StandardCharsets.US_ASCII));
                                    while (in.read() >= 0) {
                                        // The request, and then the end.
                                    }
                                    closed.complete(true);
                                } catch (java.io.IOException e) {
                                    closed.complete(true);
                                }
                            });
            var check =
                    new Check.Http(
                            URI.create("http://localhost:" + slow.getLocalPort() + "/"),
                            Duration.ofSeconds(1),
                            200);

            assertThat(messages(run(check)).getFirst())
                    .containsAnyOf("no answer within 1 s", "Read timed out");
            assertThat(closed.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void makesTheChecksAllAtOnce() throws Exception {
        // Each waits for the other.
        String first = "touch a; while [ ! -e b ]; do sleep 0.05; done";
        String second = "touch b; while [ ! -e a ]; do sleep 0.05; done";

        assertThat(messages(run(command(first, 20), command(second, 20)))).containsExactly("", "");
    }

    @Test
    void endsACommandThatDoesNotWantToEndWithAllItsDescendants() throws Exception {
        String stubborn =
                """
                trap '' TERM
                ( sh -c 'trap "" TERM; echo $$ > orphan; while :; do sleep 1; done' & )
                echo waiting
                while :; do sleep 1; done
                """;

        assertThat(messages(run(command(stubborn, 1))))
                .containsExactly("timed out after 1 s: waiting");
        long orphan = Long.parseLong(Files.readString(dir.resolve("orphan")).strip());
        assertThat(isGone(orphan)).isTrue();
    }

    @Test
    void endsItsChildrenWhenInterrupted() throws Exception {
        var thrown = new CompletableFuture<Throwable>();
        Thread thread =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        run(command("echo $$ > pid; exec sleep 600", 600));
                                    } catch (Throwable e) {
                                        thrown.complete(e);
                                    }
                                });
        Path pid = dir.resolve("pid");
        while (!Files.exists(pid) || Files.size(pid) == 0) {
            Thread.onSpinWait();
        }
        thread.interrupt();

        assertThat(thrown.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        assertThat(isGone(Long.parseLong(Files.readString(pid).strip()))).isTrue();
    }

    @Test
    void putsAnyOutputOnOneShortLine() throws Exception {
        String message =
                messages(run(command("printf 'a\\tb\\033[31m\\n'; seq 9999; exit 1", 20)))
                        .getFirst();
        assertThat(message).endsWith("9998\\n9999").hasSizeLessThan(1100).contains(": …");
        assertThat(messages(run(command("printf 'a\\tb\\033[31m\\nc'; exit 1", 20))))
                .containsExactly("exit code 1: a\\tb\\u{1b}[31m\\nc");
    }

    @Test
    void failsForChecksThatNobodyCouldRead() throws Exception {
        HealthReport report = run(new Check.Unreadable("line 3 is junk"));

        assertThat(messages(report)).containsExactly("line 3 is junk");
        assertThat(heard).containsExactly("health-config config Fail");
    }

    private HealthReport run(Check... checks) throws InterruptedException {
        var means =
                new HealthChecks.Means(
                        new ProcessRunner(),
                        Map.of("PATH", path),
                        (SSLSocketFactory) SSLSocketFactory.getDefault());
        var clock = InstantSource.fixed(NOW);
        return new HealthChecks(
                        new HealthConfig(List.of(checks)),
                        means,
                        clock,
                        (name, type, result) ->
                                heard.add(
                                        name
                                                + " "
                                                + type
                                                + " "
                                                + result.getClass().getSimpleName()))
                .run();
    }

    private static List<String> messages(HealthReport report) {
        return report.results().stream()
                .map(
                        result ->
                                switch (result) {
                                    case CheckResult.Pass _ -> "";
                                    case CheckResult.Fail(_, _, String message) -> message;
                                })
                .toList();
    }

    private Check http(String path, int status) {
        return new Check.Http(URI.create(url(path)), Duration.ofSeconds(20), status);
    }

    private String url(String path) {
        return "http://localhost:" + server.getAddress().getPort() + path;
    }

    private Check command(String script, int seconds) {
        return new Check.ShellCommand(
                "it", "cd '" + dir + "'\n" + script, Duration.ofSeconds(seconds));
    }

    private void answer(String path, int status, String location) {
        server.createContext(
                path,
                exchange -> {
                    if (!location.isEmpty()) {
                        exchange.getResponseHeaders().add("Location", location);
                    }
                    exchange.sendResponseHeaders(status, -1);
                    exchange.close();
                });
    }

    private static boolean isGone(long pid) throws Exception {
        try {
            return Files.readString(Path.of("/proc", "" + pid, "stat")).contains(") Z ");
        } catch (java.nio.file.NoSuchFileException _) {
            return true;
        }
    }
}

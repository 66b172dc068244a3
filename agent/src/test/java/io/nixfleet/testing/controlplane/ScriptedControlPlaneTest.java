package io.nixfleet.testing.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ScriptedControlPlaneTest {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static HttpResponse<String> send(String method, String url, String type, String body)
            throws IOException, InterruptedException {
        var request =
                java.net.http.HttpRequest.newBuilder(URI.create(url))
                        .method(method, BodyPublishers.ofString(body))
                        .header("Content-Type", type)
                        .build();
        return HTTP.send(request, BodyHandlers.ofString());
    }

    private static String report(String generation, String message) {
        return """
        {"machine_id":"m","current_generation":"%s","success":true,"message":"%s",\
        "timestamp":"2026-01-01T00:00:00Z","tags":[],"health":null,"agent_version":"1",\
        "uptime_seconds":1}\
        """
                .formatted(generation, message);
    }

    private static int answerTo(ScriptedControlPlane server, String type, String body)
            throws IOException, InterruptedException {
        return send("POST", server.url() + "/api/v1/machines/m/report", type, body).statusCode();
    }

    @Test
    void keepsTheContractsLimits() throws Exception {
        String json = "application/json";
        try (var server = ScriptedControlPlane.plain()) {
            assertThat(answerTo(server, json, report("g".repeat(512), "m".repeat(4096))))
                    .isEqualTo(200);
            assertThat(answerTo(server, json, report("g".repeat(513), "m"))).isEqualTo(400);
            assertThat(answerTo(server, json, report("g", "m".repeat(4097)))).isEqualTo(400);
            assertThat(answerTo(server, json, report("g", "m".repeat(1 << 20)))).isEqualTo(413);
            assertThat(answerTo(server, "text/plain", report("g", "m"))).isEqualTo(415);
            assertThat(answerTo(server, json, "{\"machine_id\":\"m\"}")).isEqualTo(422);
            assertThat(answerTo(server, json, "{")).isEqualTo(400);
            String longId = "i".repeat(129);
            String poll = "/api/v1/machines/%s/desired-generation";
            assertThat(send("GET", server.url() + poll.formatted(longId), json, "").statusCode())
                    .isEqualTo(400);
            assertThat(send("DELETE", server.url() + poll.formatted("m"), json, "").statusCode())
                    .isEqualTo(405);
            assertThat(send("GET", server.url() + "/api/v2", json, "").statusCode()).isEqualTo(404);
            assertThat(server.fleet().reports("m")).hasSize(1);
        }
    }

    @Test
    void runsAsAProcessOfItsOwn(@TempDir Path directory) throws Exception {
        Path tls = directory.resolve("tls");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                ScriptedControlPlane.class.getName(),
                                "--port",
                                "0",
                                "--admin-port",
                                "0",
                                "--tls",
                                tls.toString(),
                                "--client",
                                "web-1",
                                "--api-key",
                                "secret",
                                "--judge-millis",
                                "10",
                                "--poll-hint",
                                "1")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            Matcher line =
                    Pattern.compile("listening port=(\\d+) admin=(\\d+)")
                            .matcher(output.readLine());
            assertThat(line.matches()).isTrue();
            String admin = "http://127.0.0.1:" + line.group(2) + "/admin/";
            String any = "text/plain";

            assertThat(Files.readString(tls.resolve("web-1-key.pem"))).startsWith("-----BEGIN");
            assertThat(send("PUT", admin + "desired/web-1", any, "{\"hash\":\"x\"}").statusCode())
                    .isEqualTo(204);
            assertThat(send("GET", admin + "verdict/web-1", any, "").body()).isEqualTo("pending\n");
            assertThat(send("GET", admin + "reports/web-1", any, "").body()).isEqualTo("[]");
            assertThat(send("GET", admin + "received/web-1?from=3", any, "").body())
                    .isEqualTo("[]");
            assertThat(send("GET", admin + "received/web-1?to=3", any, "").statusCode())
                    .isEqualTo(400);
            assertThat(send("GET", admin + "polls/web-1", any, "").body())
                    .isEqualTo("{\"count\":0,\"last\":[]}");
            assertThat(send("GET", admin + "requests", any, "").body())
                    .isEqualTo("{\"count\":0,\"connections\":0}");
            assertThat(send("POST", admin + "restart", any, "").statusCode()).isEqualTo(204);
            assertThat(
                            send("PUT", admin + "fault", any, "{\"kind\":\"stall\",\"times\":1}")
                                    .statusCode())
                    .isEqualTo(204);
            assertThat(send("PUT", admin + "fault", any, "{\"kind\":\"odd\"}").statusCode())
                    .isEqualTo(400);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void tellsOverItsAdminPortWhatMachinesDid() throws Exception {
        String json = "application/json";
        try (var server = ScriptedControlPlane.plain();
                var admin =
                        new AdminServer(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                server)) {
            String url = "http://127.0.0.1:%d/admin/".formatted(admin.port());
            assertThat(answerTo(server, json, report("g", "first"))).isEqualTo(200);
            assertThat(answerTo(server, json, report("g", "second"))).isEqualTo(200);
            send("GET", server.url() + "/api/v1/machines/m/desired-generation", json, "");
            send("PUT", url + "desired/m", json, "{\"hash\":\"x\",\"cache_url\":\"y\"}");
            send("POST", url + "restart", json, "");
            assertThat(
                            send(
                                            "GET",
                                            server.url() + "/api/v1/machines/m/desired-generation",
                                            json,
                                            "")
                                    .body())
                    .isEqualTo("{\"hash\":\"x\",\"cache_url\":null,\"poll_hint\":null}");

            assertThat(send("GET", url + "reports/m?from=1", json, "").body())
                    .contains("second")
                    .doesNotContain("first");
            assertThat(send("GET", url + "received/m?from=1", json, "").body())
                    .startsWith("[{\"received_at\":\"20")
                    .contains("\"report\":{\"machine_id\":\"m\"");
            assertThat(send("GET", url + "polls/m", json, "").body())
                    .startsWith("{\"count\":2,\"last\":[\"20");
            assertThat(send("GET", url + "requests", json, "").body()).startsWith("{\"count\":4,");
            send("PUT", url + "fault", json, "{\"kind\":\"status\",\"calls\":\"operator\"}");
            assertThat(send("GET", server.url() + "/api/v1/machines", json, "").statusCode())
                    .isEqualTo(500);
            assertThat(answerTo(server, json, report("g", "third"))).isEqualTo(200);
        }
    }
}

package io.nixfleet.testing.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What operators are answered over a socket. */
@Timeout(60)
class OperatorControlPlaneTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String ENTRY =
            """
            {"hostname":"web-1","store_path":"/nix/store/new","platform":"x86_64-linux"}\
            """;
    private static final String RELEASE = "{\"entries\":[%s]}".formatted(ENTRY);

    private ScriptedControlPlane server = started();
    private String key = "";

    private static ScriptedControlPlane started() {
        try {
            return ScriptedControlPlane.plain();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void judgeOften() {
        server.judgeEvery(Duration.ofMillis(5));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        return send(method, path, "application/json", body);
    }

    private HttpResponse<String> send(String method, String path, String type, String body)
            throws Exception {
        var request =
                java.net.http.HttpRequest.newBuilder(URI.create(server.url() + "/api/v1/" + path))
                        .timeout(LIMIT)
                        .method(method, BodyPublishers.ofString(body))
                        .header("Content-Type", type);
        if (!key.isEmpty()) {
            request.header("Authorization", key);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private JsonNode get(String path) throws Exception {
        var answer = send("GET", path, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new ObjectMapper().readTree(answer.body());
    }

    private JsonNode create(String what, String body) throws Exception {
        var answer = send("POST", what, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return new ObjectMapper().readTree(answer.body());
    }

    private void report(String machine, String path, String health) throws Exception {
        String body =
                """
                {"machine_id":"%s","current_generation":"%s","success":true,"message":"m",\
                "timestamp":"2026-01-01T00:00:00Z","tags":["web"],"health":%s,\
                "agent_version":"1.2","uptime_seconds":7}\
                """
                        .formatted(machine, path, health);
        var answer = send("POST", "machines/%s/report".formatted(machine), body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static String rollout(String release, String more) {
        return """
        {"release_id":"%s","strategy":"canary","target":{"hosts":["web-1","web-2"]}%s}\
        """
                .formatted(release, more);
    }

    @Test
    void keepsReleases() throws Exception {
        String body =
                """
                {"flake_ref":".","flake_rev":null,"cache_url":"https://c.example","entries":[%s,
                {"hostname":"db-1","store_path":"/nix/store/db","platform":"p","tags":["db"]}]}
                """
                        .formatted(ENTRY);
        JsonNode created = create("releases", body);
        assertThat(created.path("host_count").asInt()).isEqualTo(2);
        String id = created.path("id").asText();

        JsonNode release = get("releases/" + id);
        assertThat(release.path("flake_ref").asText()).isEqualTo(".");
        assertThat(release.path("flake_rev").isNull()).isTrue();
        assertThat(release.path("cache_url").asText()).isEqualTo("https://c.example");
        assertThat(release.path("created_at").asText()).matches("\\d{4}-.*T\\d\\d:\\d\\d:\\d\\dZ");
        assertThat(release.path("entries").get(1).toString())
                .isEqualTo(
                        """
                        {"hostname":"db-1","store_path":"/nix/store/db","platform":"p",\
                        "tags":["db"]}\
                        """);

        String other = create("releases", RELEASE.replace("new", "newer")).path("id").asText();
        assertThat(get("releases"))
                .extracting(r -> r.path("id").asText())
                .containsExactly(other, id);
        assertThat(get("releases?host=db-1")).containsExactly(release);
        assertThat(get("releases?limit=1")).hasSize(1);
        assertThat(get("releases/%s/diff/%s".formatted(id, other)).toString())
                .isEqualTo(
                        """
                        {"added":[],"removed":["db-1"],"changed":[{"hostname":"web-1",\
                        "old_store_path":"/nix/store/new","new_store_path":"/nix/store/newer"}],\
                        "unchanged":[]}\
                        """);

        create("rollouts", rollout(id, ""));
        assertThat(send("DELETE", "releases/" + id, "").statusCode()).isEqualTo(409);
        assertThat(send("DELETE", "releases/" + other, "").statusCode()).isEqualTo(204);
        assertThat(send("GET", "releases/" + other, "").statusCode()).isEqualTo(404);
        assertThat(send("DELETE", "releases/" + other, "").statusCode()).isEqualTo(404);
    }

    @Test
    void rollsOutToTheCanaryAndThenToTheRest() throws Exception {
        report("web-1", "/nix/store/old", "null");
        report("web-2", "/nix/store/old", "null");
        String second = ENTRY.replace("web-1", "web-2");
        String release =
                create("releases", "{\"entries\":[%s,%s]}".formatted(ENTRY, second))
                        .path("id")
                        .asText();
        JsonNode created =
                create(
                        "rollouts",
                        rollout(release, "")
                                .replace(
                                        "{\"hosts\":[\"web-1\",\"web-2\"]}",
                                        "{\"tags\":[\"web\"]}"));
        String id = created.path("rollout_id").asText();
        assertThat(created.path("batches").toString())
                .isEqualTo(
                        """
                        [{"batch_index":0,"machine_ids":["web-1"],"status":"pending"},\
                        {"batch_index":1,"machine_ids":["web-2"],"status":"pending"}]\
                        """);
        assertThat(created.path("total_machines").asInt()).isEqualTo(2);
        assertThat(send("POST", "rollouts", rollout(release, "")).statusCode()).isEqualTo(409);

        String health =
                """
                {"results":[],"all_passed":true,"timestamp":"2026-01-01T00:00:00Z"}\
                """;
        for (String machine : new String[] {"web-1", "web-2"}) {
            int batch = machine.equals("web-1") ? 0 : 1;
            server.fleet()
                    .awaitRollout(id, r -> r.batches().get(batch).startedAt().isPresent(), LIMIT);
            JsonNode desired = get("machines/%s/desired-generation".formatted(machine));
            assertThat(desired.toString())
                    .isEqualTo(
                            """
                            {"hash":"/nix/store/new","cache_url":null,"poll_hint":5}\
                            """);
            report(machine, "/nix/store/new", health);
        }
        server.fleet().awaitRollout(id, r -> !r.state().active(), LIMIT);

        JsonNode done = get("rollouts/" + id);
        assertThat(done.path("status").asText()).isEqualTo("completed");
        assertThat(done.path("strategy").asText()).isEqualTo("canary");
        assertThat(done.path("release_id").asText()).isEqualTo(release);
        assertThat(done.path("failure_threshold").asText()).isEqualTo("0");
        assertThat(done.path("health_timeout").asInt()).isEqualTo(300);
        assertThat(done.path("batches").get(1).path("status").asText()).isEqualTo("succeeded");
        assertThat(done.path("batches").get(1).path("machine_health").toString())
                .isEqualTo("{\"web-2\":\"healthy\"}");
        assertThat(done.path("events").get(0).path("detail").asText())
                .isEqualTo("{\"from\":\"created\",\"to\":\"running\"}");
        assertThat(get("rollouts?status=completed")).hasSize(1);
        assertThat(get("rollouts?status=running")).isEmpty();
        assertThat(send("POST", "rollouts/%s/cancel".formatted(id), "").statusCode())
                .isEqualTo(409);
        JsonNode machines = get("machines");
        assertThat(machines.get(0).toString())
                .startsWith(
                        """
                        {"machine_id":"web-1","current_generation":"/nix/store/new",\
                        "desired_generation":"/nix/store/new","agent_version":"1.2",\
                        "system_state":"ok","uptime_seconds":7,\
                        "last_report":"2026-01-01T00:00:00Z","lifecycle":"active","tags":["web"],\
                        "seconds_since_last_report":\
                        """);
        assertThat(get("machines?tag=web")).hasSize(2);
        assertThat(get("machines?tag=web&tag=db")).isEmpty();
    }

    @Test
    void pausesResumesAndCancels() throws Exception {
        String release = create("releases", RELEASE).path("id").asText();
        String id =
                create("rollouts", rollout(release, ",\"health_timeout\":0"))
                        .path("rollout_id")
                        .asText();
        String resume = "rollouts/%s/resume".formatted(id);
        server.fleet().awaitRollout(id, r -> r.state().name().equals("PAUSED"), LIMIT);
        JsonNode batch = get("rollouts/" + id).path("batches").get(0);
        assertThat(batch.path("machine_health").toString())
                .isEqualTo("{\"web-1\":{\"unhealthy\":\"batch failed\"}}");
        assertThat(batch.path("completed_at").isNull()).isFalse();

        server.judgeEvery(Duration.ofHours(1));
        assertThat(send("POST", resume, "").statusCode()).isEqualTo(200);
        assertThat(send("POST", resume, "").statusCode()).isEqualTo(409);
        assertThat(get("rollouts/" + id).path("status").asText()).isEqualTo("running");
        assertThat(send("POST", "rollouts/%s/cancel".formatted(id), "").statusCode())
                .isEqualTo(200);
        assertThat(get("rollouts/" + id).path("status").asText()).isEqualTo("cancelled");
    }

    @Test
    void registersMachinesAndChangesTheirLifecycle() throws Exception {
        assertThat(create("machines/m/register", "{\"tags\":[\"a\"]}").toString())
                .isEqualTo("{\"machine_id\":\"m\",\"lifecycle\":\"active\"}");
        String path = "machines/m/lifecycle";
        assertThat(send("PATCH", path, "{\"lifecycle\":\"maintenance\"}").statusCode())
                .isEqualTo(200);
        assertThat(get("machines").get(0).path("lifecycle").asText()).isEqualTo("maintenance");
        assertThat(get("machines").get(0).path("system_state").asText()).isEqualTo("unknown");
        assertThat(send("PATCH", path, "{\"lifecycle\":\"pending\"}").statusCode()).isEqualTo(409);
        assertThat(send("PATCH", path, "{\"lifecycle\":\"odd\"}").statusCode()).isEqualTo(400);
        assertThat(
                        send("PATCH", path.replace("m/", "n/"), "{\"lifecycle\":\"active\"}")
                                .statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    400 | releases | {"entries":[]}
                    400 | releases | {"entries":
                    400 | releases | {} {}
                    422 | releases | []
                    422 | releases | {}
                    422 | releases | {"entries":[{"hostname":"h"}]}
                    422 | releases | {"entries":[{"hostname":"h","store_path":1,"platform":"p"}]}
                    404 | rollouts | {"release_id":"r","strategy":"canary","target":{"hosts":["h"]}}
                    400 | rollouts | {"release_id":"r","strategy":"canary","target":{"hosts":[]}}
                    400 | rollouts | {"release_id":"r","strategy":"canary","target":{"tags":["t"]}}
                    422 | rollouts | {"release_id":"r","strategy":"canary","target":{}}
                    422 | rollouts | {"release_id":"r","strategy":"odd","target":{"hosts":["h"]}}
                    422 | rollouts | {"release_id":"r","strategy":"canary"}
                    404 | rollouts/none/resume | ``
                    404 | rollouts/none/cancel | ``
                    404 | rollouts/none/other | ``
                    405 | machines | {}
                    400 | releases/%zz | ``
                    """)
    void refusesWhatMakesNoSense(int status, String path, String body) throws Exception {
        int answer = path.contains("%") ? rawPost(path) : send("POST", path, body).statusCode();
        assertThat(answer).isEqualTo(status);
        assertThat(server.fleet().releases()).isEmpty();
        assertThat(server.fleet().rollouts()).isEmpty();
    }

    /** Sends a target that is no URI. */
    private int rawPost(String path) throws Exception {
        try (var socket = new Socket("localhost", server.port())) {
            socket.getOutputStream()
                    .write(
                            "POST /api/v1/%s HTTP/1.1\r\n\r\n"
                                    .formatted(path)
                                    .getBytes(StandardCharsets.US_ASCII));
            byte[] head = socket.getInputStream().readNBytes("HTTP/1.1 400".length());
            return Integer.parseInt(new String(head, StandardCharsets.US_ASCII).substring(9));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    400 | "failure_threshold":"some"
                    400 | "failure_threshold":"101%"
                    422 | "failure_threshold":1
                    400 | "strategy":"staged","batch_sizes":["-1"]
                    422 | "batch_sizes":"1"
                    422 | "on_failure":"stop"
                    422 | "health_timeout":-1
                    422 | "health_timeout":"300"
                    400 | "target":{"hosts":["db-1"]}
                    """)
    void refusesARolloutThatMakesNoSense(int status, String field) throws Exception {
        String release = create("releases", RELEASE).path("id").asText();
        String body = rollout(release, "," + field);
        assertThat(send("POST", "rollouts", body).statusCode()).isEqualTo(status);
        assertThat(server.fleet().rollouts()).isEmpty();
    }

    @Test
    void refusesOtherTypesAndLargeBodies() throws Exception {
        assertThat(send("POST", "releases", "text/plain", RELEASE).statusCode()).isEqualTo(415);
        String large = " ".repeat(1 << 20) + RELEASE;
        assertThat(send("POST", "releases", large).statusCode()).isEqualTo(413);
        assertThat(
                        send("POST", "releases", "application/json; charset=utf-8", RELEASE)
                                .statusCode())
                .isEqualTo(201);
        assertThat(send("GET", "releases/" + "i".repeat(129), "").statusCode()).isEqualTo(400);
    }

    @Test
    void demandsItsKeyOfOperatorsOnly() throws Exception {
        server.demandKey("secret");
        assertThat(send("GET", "machines", "").statusCode()).isEqualTo(401);
        assertThat(send("POST", "releases", RELEASE).statusCode()).isEqualTo(401);
        report("web-1", "/nix/store/old", "null");
        key = "Bearer wrong";
        assertThat(send("POST", "releases", RELEASE).statusCode()).isEqualTo(401);
        assertThat(server.fleet().releases()).isEmpty();
        key = "Bearer secret";
        assertThat(get("machines")).hasSize(1);
        assertThat(send("GET", "elsewhere", "").statusCode()).isEqualTo(404);
    }

    @Test
    void goesWrongForOperatorsAlone() throws Exception {
        server.fault(new Fault.Status(503), Calls.OPERATOR);
        assertThat(send("GET", "machines", "").statusCode()).isEqualTo(503);
        report("web-1", "/nix/store/old", "null");
        server.fault(new Fault.Status(503), Calls.REPORT);
        assertThat(get("machines")).hasSize(1);
        assertThat(send("GET", "machines/web-1/desired-generation", "").statusCode())
                .isEqualTo(404);
        assertThat(send("POST", "machines/web-1/report", "").statusCode()).isEqualTo(503);
    }

    @Test
    void anyTrustedCertificateMayOperate() throws Exception {
        TestAuthority authority = TestAuthority.create("fleet");
        IssuedCertificate operator = authority.issue(CertificateRequest.client("operator"));
        ServerTls tls =
                ServerTls.of(authority.issue(CertificateRequest.server().withKey(1)), authority);
        try (var secure = ScriptedControlPlane.secure(tls);
                var client =
                        HttpClient.newBuilder()
                                .version(HttpClient.Version.HTTP_1_1)
                                .sslContext(authority.clientContext(operator))
                                .build()) {
            URI machines = secure.url().resolve("/api/v1/machines");
            var request = java.net.http.HttpRequest.newBuilder(machines).timeout(LIMIT);
            assertThat(client.send(request.build(), BodyHandlers.ofString()).body())
                    .isEqualTo("[]");
            secure.demandKey("secret");
            assertThat(client.send(request.build(), BodyHandlers.ofString()).statusCode())
                    .isEqualTo(401);
        }
    }
}

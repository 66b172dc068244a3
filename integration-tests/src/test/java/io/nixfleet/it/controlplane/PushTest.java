package io.nixfleet.it.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.api.AgentClient;
import io.nixfleet.it.host.Await;
import io.nixfleet.it.server.FreePort;
import io.nixfleet.testing.controlplane.CertificateRequest;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import io.nixfleet.testing.controlplane.TestAuthority;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a push to the deployment's first phase. */
@Timeout(180)
class PushTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int PUSHES = 15;
    private static final Duration MEDIAN_LIMIT = Duration.ofMillis(100);

    @TempDir Path directory;

    /** Sends a deployment and returns the answer's status. */
    @FunctionalInterface
    private interface Push {
        int send(ObjectNode deployment) throws Exception;
    }

    @Test
    void startsADeploymentFromTheSocketAtOnce() throws Exception {
        try (var controlPlane = ScriptedControlPlane.plain();
                var daemon = PackagedDaemon.in(directory, controlPlane.url()).start()) {
            daemon.awaitReadiness(200);
            var client = new AgentClient(daemon.socket(), Await.LIMIT);

            assertStartsAtOnce("socket", daemon, body -> client.post("/v1/deploy", body).status());
        }
    }

    @Test
    void startsADeploymentFromTheListenerAtOnce() throws Exception {
        TestAuthority authority = TestAuthority.create("fleet authority");
        authority.issue(CertificateRequest.server()).write(directory, "listen");
        int port = FreePort.next();
        try (var controlPlane = ScriptedControlPlane.plain();
                var daemon =
                        PackagedDaemon.in(directory, controlPlane.url())
                                .with("--listen", "127.0.0.1:" + port)
                                .with("--listen-allow", "deployer")
                                .with("--listen-cert", directory.resolve("listen.pem").toString())
                                .with(
                                        "--listen-key",
                                        directory.resolve("listen-key.pem").toString())
                                .with(
                                        "--ca-cert",
                                        authority.write(directory.resolve("ca.pem")).toString())
                                .start();
                var client =
                        HttpClient.newBuilder()
                                .version(HttpClient.Version.HTTP_1_1)
                                .sslContext(
                                        authority.clientContext(
                                                authority.issue(
                                                        CertificateRequest.client("deployer")
                                                                .withKey(1))))
                                .build()) {
            daemon.awaitReadiness(200);
            var target = URI.create("https://localhost:%d/v1/deploy".formatted(port));

            assertStartsAtOnce(
                    "mTLS listener",
                    daemon,
                    body ->
                            client.send(
                                            HttpRequest.newBuilder(target)
                                                    .header("Content-Type", "application/json")
                                                    .POST(
                                                            HttpRequest.BodyPublishers.ofString(
                                                                    body.toString()))
                                                    .build(),
                                            HttpResponse.BodyHandlers.ofString())
                                    .statusCode());
        }
    }

    private static void assertStartsAtOnce(String way, PackagedDaemon daemon, Push push)
            throws Exception {
        var took = new ArrayList<Duration>();
        for (int i = 0; i < PUSHES; i++) {
            String id = "push-" + i;
            String system = "/nix/store/%032d-system".formatted(i);
            Instant sent = Instant.now();
            int status = push.send(MAPPER.createObjectNode().put("hash", system).put("id", id));

            assertThat(status).isEqualTo(202);
            took.add(Duration.between(sent, entered(daemon, id)));
            Await.until("it is over", Await.LIMIT, () -> isOver(daemon, id));
        }
        took.sort(null);
        Duration median = took.get(PUSHES / 2);
        System.out.printf(
                "from sending a push to its first phase, by %s: median %d ms, worst %d ms%n",
                way, median.toMillis(), took.getLast().toMillis());
        assertThat(median).as("median of %s", took).isLessThan(MEDIAN_LIMIT);
    }

    /** When its first phase began, by the log. */
    private static Instant entered(PackagedDaemon daemon, String id) {
        return Await.value(
                        id + " is checked",
                        Await.LIMIT,
                        () ->
                                daemon.log().stream()
                                        .filter(
                                                event ->
                                                        event.path("deployment").asText().equals(id)
                                                                && event.path("message")
                                                                        .asText()
                                                                        .startsWith("checking "))
                                        .findFirst())
                .path("time")
                .asText()
                .transform(Instant::parse);
    }

    private static boolean isOver(PackagedDaemon daemon, String id) {
        JsonNode status = daemon.status();
        return status.path("deployment").isNull() && status.at("/last/id").asText().equals(id);
    }
}

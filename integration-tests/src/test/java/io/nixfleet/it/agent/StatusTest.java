package io.nixfleet.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.it.server.FreePort;
import io.nixfleet.testing.cache.ServedClosure;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What can be seen of an agent while it works. */
class StatusTest {
    private static final int LEAF_BYTES = 2_000_000;

    private ServedClosure closure;
    private LocalAgent agent;

    @BeforeEach
    void create() throws Exception {
        closure = ServedClosure.start(6, LEAF_BYTES);
        agent = LocalAgent.create();
    }

    @AfterEach
    void stop() {
        agent.close();
        closure.close();
    }

    @Test
    void showsAFetchUnderWayAndWhatBecameOfIt() throws Exception {
        var goOn = new CountDownLatch(1);
        byte[] nar = ServedClosure.compressedNar(closure.leaf());
        closure.answerNar(
                closure.leaf(),
                (_, wire) -> {
                    wire.head(200, "Content-Length: " + nar.length);
                    wire.bytes(nar, 0, nar.length / 2);
                    if (goOn.await(LocalAgent.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                        wire.bytes(nar, nar.length / 2, nar.length - nar.length / 2);
                    }
                });
        String system = closure.top().path().toString();
        try (var controlPlane = SmallControlPlane.start()) {
            controlPlane.desire(
                    "{\"hash\": \"%s\", \"cache_url\": \"%s\"}"
                            .formatted(system, closure.server().uri()));
            agent.start(
                    controlPlane.port(),
                    "--trusted-public-key=" + closure.key().publicKey(),
                    "--retry-interval=3600");

            LocalAgent.await(
                    "half of the leaf is there",
                    () -> {
                        JsonNode progress = agent.json("/v1/status").path("progress");
                        return progress.path("done_paths").asInt() == 1
                                && progress.path("done_bytes").asLong() > LEAF_BYTES / 3;
                    });
            JsonNode status = agent.json("/v1/status");
            assertThat(status.path("phase").asText()).isEqualTo("fetching");
            assertThat(status.path("desired").asText()).isEqualTo(system);
            assertThat(status.at("/deployment/hash").asText()).isEqualTo(system);
            assertThat(status.at("/deployment/source").asText()).isEqualTo("poll");
            assertThat(status.at("/progress/paths").asInt()).isEqualTo(4);
            assertThat(status.at("/progress/bytes").asLong()).isGreaterThan(LEAF_BYTES);
            assertThat(status.path("next_poll").isTextual()).isTrue();
            assertThat(status.path("last").isNull()).isTrue();
            assertThat(status.path("refused").isArray()).isTrue();

            String people = agent.command("status").stdout();
            assertThat(people.lines())
                    .contains("phase       fetching", "desired     " + system)
                    .anyMatch(line -> line.startsWith("deploying   " + system))
                    .anyMatch(line -> line.startsWith("fetched     1 of 4 paths, "))
                    .anyMatch(line -> line.startsWith("polled      "));
            assertThat(agent.command("status", "--json").json().at("/deployment/id"))
                    .isEqualTo(status.at("/deployment/id"));

            goOn.countDown();
            LocalAgent.await("it is over", () -> agent.json("/v1/status").path("last").isObject());
            JsonNode over = agent.json("/v1/status");
            assertThat(over.path("phase").asText()).isEqualTo("idle");
            assertThat(over.path("progress").isNull()).isTrue();
            assertThat(over.at("/last/hash").asText()).isEqualTo(system);
            assertThat(agent.command("status").stdout().lines())
                    .anyMatch(
                            line ->
                                    line.startsWith("last        failed ")
                                            && line.contains(system));
        }
    }

    @Test
    void isReadyOnceTheControlPlaneAnswersAndAliveBefore() throws Exception {
        int port = FreePort.next();
        agent.start(port);

        assertThat(agent.get("/healthz").body()).isEqualTo("ok\n");
        LocalAgent.await(
                "it says why",
                () -> agent.get("/readyz").body().contains("not ready: control plane "));
        assertThat(agent.get("/readyz").statusCode()).isEqualTo(503);

        try (var _ = SmallControlPlane.startAt(port)) {
            LocalAgent.await("it is ready", () -> agent.get("/readyz").statusCode() == 200);
            assertThat(agent.get("/readyz").body()).isEqualTo("ready\n");
        }
    }
}

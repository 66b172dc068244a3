package io.nixfleet.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.testing.cache.ServedClosure;
import io.nixfleet.testing.cache.Spoilage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Logins in URLs of caches, and where they do not turn up. */
class SecretsTest {
    private static final String OF_THE_OPTION = "hunter2";
    private static final String OF_THE_POLL = "hunter3";
    private static final String OF_THE_PUSH = "hunter4";

    private ServedClosure closure;
    private SmallControlPlane controlPlane;
    private LocalAgent agent;

    @BeforeEach
    void create() throws Exception {
        closure = ServedClosure.start(6);
        controlPlane = SmallControlPlane.start();
        agent = LocalAgent.create();
    }

    @AfterEach
    void stop() {
        agent.close();
        controlPlane.close();
        closure.close();
    }

    private String cache(String password) {
        return closure.server().uri().toString().replace("://", "://me:" + password + "@");
    }

    private void push(String system, String cacheUrl, int ended) throws Exception {
        var reply = agent.post("/v1/deploy", "{\"hash\": \"%s\"%s}".formatted(system, cacheUrl));
        assertThat(reply.status()).as(reply.error()).isEqualTo(202);
        LocalAgent.await(
                "it is over",
                () ->
                        agent.json("/v1/history").path("deployments").size() == ended
                                && agent.json("/v1/status").path("deployment").isNull());
    }

    @Test
    void showsNoPasswordAnywhere() throws Exception {
        Spoilage.NARINFO_404.spoil(closure, closure.leaf());
        agent.start(
                controlPlane.port(),
                "--cache-url=" + cache(OF_THE_OPTION),
                "--trusted-public-key=" + closure.key().publicKey(),
                "--log-level=debug",
                "--retry-interval=3600");
        String top = closure.top().path().toString();
        String field = ", \"cache_url\": \"%s\"";

        push(top, "", 1);
        push(top, field.formatted(cache(OF_THE_PUSH)), 2);
        push(top, field.formatted(cache(OF_THE_PUSH) + "?trusted=1"), 3);
        controlPlane.desire(("{\"hash\": \"%s\"" + field + "}").formatted(top, cache(OF_THE_POLL)));
        LocalAgent.await(
                "the polled one is over",
                () -> agent.json("/v1/history").path("deployments").size() == 4);
        LocalAgent.await(
                "it is reported", () -> controlPlane.report("could not fetch").isPresent());

        String everything =
                String.join(
                        "\n",
                        agent.log(),
                        agent.get("/metrics").body(),
                        agent.get("/").body(),
                        agent.get("/v1/status").body(),
                        agent.get("/v1/history").body(),
                        agent.command("status").stdout(),
                        agent.command("history").stdout(),
                        String.join("\n", controlPlane.reports()));
        assertThat(everything)
                .contains(closure.server().uri().toString().replaceFirst("/+$", ""))
                .doesNotContain(OF_THE_OPTION, OF_THE_POLL, OF_THE_PUSH);
        assertThat(closure.server().requests())
                .as("the logins were used")
                .anyMatch(request -> request.headers().toString().contains("Basic"));
    }

    /** The database keeps what it takes to go on after a restart. */
    @Test
    void keepsItsFilesToItself() throws Exception {
        agent.start(controlPlane.port());

        try (Stream<Path> files = Files.list(agent.database().getParent())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------");
            }
        }
    }
}

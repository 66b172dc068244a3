package io.nixfleet.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.testing.cache.ServedClosure;
import io.nixfleet.testing.cache.Spoilage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What programs read: one document a run, which is what its schema says, failures included. */
class JsonOutputTest {
    private static final String SYSTEM = "/nix/store/%s-nixos-system-web".formatted("0".repeat(32));

    private ServedClosure closure;
    private AgentProgram program;
    @TempDir private Path directory;

    @BeforeEach
    void start() throws Exception {
        closure = ServedClosure.start(9, 200_000);
        program = AgentProgram.with(NixInstallation.nix28());
    }

    @AfterEach
    void stop() {
        program.close();
        closure.close();
    }

    private String[] fetch(String command, String... more) {
        var all = new ArrayList<>(List.of(command, "--json", "--no-fallback"));
        all.addAll(List.of("--from", closure.server().uri().toString()));
        all.addAll(List.of("--store", "unpack:" + directory.resolve("store")));
        all.addAll(List.of(more));
        all.add(closure.top().path().toString());
        return all.toArray(String[]::new);
    }

    private String key() {
        return "--trusted-public-key=" + closure.key().publicKey();
    }

    private JsonNode run(int exitCode, String... arguments) throws Exception {
        AgentProgram.Run run = program.run(arguments);
        assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isEqualTo(exitCode);
        JsonNode document = Schemas.read(arguments[0], run.stdout());
        if (document.has("exitCode")) {
            assertThat(document.path("exitCode").asInt()).isEqualTo(exitCode);
        }
        return document;
    }

    @Test
    void isAReportOfAPlanAndOfAFetch() throws Exception {
        assertThat(run(0, fetch("plan", key())).at("/totals/toFetch").asInt()).isEqualTo(4);
        assertThat(run(0, fetch("fetch", key())).at("/totals/fetched").asInt()).isEqualTo(4);
        assertThat(run(0, fetch("fetch", key())).at("/paths/0/result").asText())
                .isEqualTo("alreadyValid");
    }

    @Test
    void saysThatACacheIsTrustedWithoutSignatures() throws Exception {
        JsonNode report =
                run(
                        0,
                        "fetch",
                        "--json",
                        "--allow-trusted-caches=true",
                        "--from=" + closure.server().uri() + "?trusted=1",
                        "--store=unpack:" + directory.resolve("store"),
                        closure.top().path().toString());

        assertThat(report.path("paths").findValues("trustedCache")).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({
        "NARINFO_404, 3, absent",
        "ONLY_UNKNOWN_KEYS, 4, refused",
        "NARINFO_400, 5, unreachable"
    })
    void isAReportOfWhatIsMissing(Spoilage spoilage, int exitCode, String result) throws Exception {
        spoilage.spoil(closure, closure.leaf());

        assertThat(run(exitCode, fetch("plan", key())).path("failures").findValuesAsText("result"))
                .contains(result, "blocked");
        JsonNode fetched = run(exitCode, fetch("fetch", key()));
        assertThat(fetched.path("status").asText()).isEqualTo("incomplete");
        assertThat(fetched.path("paths").findValuesAsText("result"))
                .contains(result, "blocked", "fetched");
    }

    @ParameterizedTest
    @CsvSource({
        "fetch --json,                                  2",
        "fetch --json --from http://c /tmp/x,           2",
        "fetch --json --form http://c,                  2",
        "fetch --json --from ftp://c SYSTEM,            2",
        "fetch --json --from http://c --store no SYSTEM, 2",
        "plan --json --from http://c --max-window 1 SYSTEM, 2",
        "status --json --socket /nowhere,               7",
        "status --json --socket,                        2",
        "history --json --limit 0,                      2",
        "history --json --socket /nowhere,              7",
        "deploy --json --socket /nowhere SYSTEM,        7",
        "deploy --json SYSTEM SYSTEM,                   2",
        "retry --json --socket /nowhere,                7",
        "retry --json x,                                2",
        "doctor --json --time-limit 0,                  2",
        "doctor --json --what,                          2"
    })
    void isAFailureWhereNothingWasDone(String command, int exitCode) throws Exception {
        JsonNode failure = run(exitCode, command.replace("SYSTEM", SYSTEM).split(" ", -1));

        assertThat(failure.path("status").asText()).isEqualTo("failed");
        assertThat(failure.path("error").asText()).isNotBlank();
    }

    @Test
    void isAFailureAfterCtrlC() throws Exception {
        var reached = new CountDownLatch(1);
        closure.answerNar(
                closure.leaf(),
                (_, wire) -> {
                    wire.head(200, "Content-Length: 1000000");
                    reached.countDown();
                    wire.pause(60_000);
                });
        try (AgentProgram.Running running = program.start(fetch("fetch", key()))) {
            assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
            running.interrupt();
            AgentProgram.Run run = running.await(LocalAgent.LIMIT);

            assertThat(run.exitCode()).isEqualTo(130);
            assertThat(Schemas.read("fetch", run.stdout()).path("exitCode").asInt()).isEqualTo(130);
        }
    }

    @Test
    void isTheAgentsOwnForCommandsThatAskIt() throws Exception {
        var goOn = new CountDownLatch(1);
        byte[] nar = ServedClosure.compressedNar(closure.leaf());
        closure.answerNar(
                closure.leaf(),
                (_, wire) -> {
                    wire.head(200, "Content-Length: " + nar.length);
                    if (goOn.await(LocalAgent.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                        wire.bytes(nar, 0, nar.length);
                    }
                });
        try (var controlPlane = SmallControlPlane.start();
                var agent = LocalAgent.create()) {
            agent.start(controlPlane.port(), key(), "--health-interval=1");
            assertThat(ask(agent, 0, "history").path("deployments")).isEmpty();
            assertThat(ask(agent, 0, "retry").path("allowed").asInt()).isZero();

            controlPlane.desire(
                    "{\"hash\": \"%s\", \"cache_url\": \"%s\"}"
                            .formatted(closure.top().path(), closure.server().uri()));
            LocalAgent.await(
                    "it fetches and has checked its health",
                    () -> {
                        JsonNode status = agent.json("/v1/status");
                        return status.path("progress").isObject()
                                && status.path("health").isObject();
                    });
            // Else a later poll would replace what is deployed from here.
            controlPlane.desire("");
            JsonNode fetching = ask(agent, 0, "status");
            assertThat(fetching.at("/deployment/phase").asText()).isEqualTo("fetching");
            assertThat(fetching.path("caches")).isNotEmpty();
            assertThat(
                            ask(agent, 8, "deploy", closure.top().path().toString())
                                    .path("error")
                                    .asText())
                    .contains("is being deployed already");

            goOn.countDown();
            LocalAgent.await("it is over", () -> agent.json("/v1/status").path("last").isObject());
            assertThat(ask(agent, 0, "status").path("last").isObject()).isTrue();
            assertThat(ask(agent, 9, "deploy", "--wait", SYSTEM).path("outcome").asText())
                    .isEqualTo("failed");
            assertThat(ask(agent, 0, "deploy", SYSTEM).path("id").asText()).isNotBlank();
            assertThat(ask(agent, 0, "history").path("deployments")).isNotEmpty();
            JsonNode found =
                    ask(agent, 11, "doctor", "--cache-url=http://127.0.0.1:1", "--time-limit=5");
            assertThat(found.path("ok").asBoolean()).isFalse();
        }
    }

    private static JsonNode ask(LocalAgent agent, int exitCode, String... command)
            throws Exception {
        var all = new ArrayList<>(List.of(command));
        all.add("--json");
        AgentProgram.Run run = agent.command(all.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isEqualTo(exitCode);
        return Schemas.read(command[0], run.stdout());
    }
}

package io.nixfleet.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.nix.Commands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the daemon is given that is of no use, by options, files and the control plane. */
class BadInputTest {
    private static final String SYSTEM =
            "/nix/store/00000000000000000000000000000000-nixos-system-web";

    private SmallControlPlane controlPlane;
    private LocalAgent agent;

    @BeforeEach
    void start() throws Exception {
        controlPlane = SmallControlPlane.start();
        agent = LocalAgent.create();
    }

    @AfterEach
    void stop() {
        agent.close();
        controlPlane.close();
    }

    private static void assertNoStackTrace(String text) {
        assertThat(text).doesNotContainPattern("\\bat [a-z]+\\.|Exception|\\tat ");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --no-such-option | Unknown option: '--no-such-option'
                    --poll-interval=soon | Invalid value for option '--poll-interval': 'soon' is not a long
                    --poll-interval=0 | --poll-interval: 0 s is not between 1 and 86400
                    --control-plane-url=http://cp.example --allow-insecure=false | http://cp.example is not encrypted; use https://, or --allow-insecure
                    --control-plane-url= | --control-plane-url (or NIXFLEET_CONTROL_PLANE_URL) is required
                    --machine-id= | --machine-id (or NIXFLEET_MACHINE_ID) is required
                    --client-cert=/etc/hostname | --client-cert /etc/hostname is given without its key; add --client-key
                    --client-key=/etc/hostname | --client-key /etc/hostname is given without its certificate; add --client-cert
                    --client-key=/etc/hostname --client-cert=/etc/hostname | /etc/hostname
                    --ca-cert=/nowhere/ca.pem | /nowhere/ca.pem does not exist
                    --ca-cert=/etc | /etc
                    --netrc-file=/nowhere | netrc file /nowhere cannot be read: there is no such file
                    --cache-url=ftp://bucket | a cache of the kind 'ftp' is not supported
                    --log-level=loud | --log-level is error, warn, info or debug, not 'loud'
                    --listen=:8443 | --listen needs --listen-allow
                    """)
    void endsWithACodeThatSaysThatARestartDoesNotHelp(String options, String message)
            throws Exception {
        AgentProgram.Run run =
                agent.runToEnd(agent.options(controlPlane.port(), options.split(" ", -1)));

        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(2);
        assertThat(run.stderr().lines()).singleElement().asString().startsWith("error: ");
        assertThat(run.stderr()).contains(message);
        assertNoStackTrace(run.stderr());
        assertThat(agent.database()).as("nothing was begun").doesNotExist();
        assertThat(controlPlane.polls()).isEmpty();
    }

    @Test
    void endsLikewiseWhereNoDatabaseCanBe() throws Exception {
        AgentProgram.Run run =
                agent.runToEnd(
                        agent.options(controlPlane.port(), "--db-path=/proc/nixfleet/state.db"));

        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(2);
        assertThat(run.stderr())
                .contains("state database /proc/nixfleet/state.db: cannot create it")
                .contains("make the file and its directory the agent's own");
        assertNoStackTrace(run.stderr().replaceAll("\\(java[^)]*\\)", ""));
    }

    @Test
    void refusesToDeployWhatIsNoStorePath() throws Exception {
        agent.start(controlPlane.port());

        AgentProgram.Run run = agent.command("deploy", "/etc");
        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(2);
        assertThat(run.stderr())
                .contains("'/etc' is not a store path: it does not lie in /nix/store");
        assertNoStackTrace(run.stderr());

        var reply = agent.post("/v1/deploy", "{\"hash\": \"/etc\"}");
        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.error()).contains("'/etc' is not a store path");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"hash\": \"/etc\"}",
                "{\"hash\": \"\"}",
                "{\"hash\": 5}",
                "{\"hash\": \"SYSTEM\", \"cache_url\": \"https://me:hunter2@a b\"}",
                "{\"hash\": \"SYSTEM\", \"poll_hint\": \"soon\"}",
                "junk"
            })
    void goesOnWhateverTheControlPlaneWants(String body) throws Exception {
        controlPlane.desire(body.replace("SYSTEM", SYSTEM));
        agent.start(controlPlane.port());

        LocalAgent.await("it polls again", () -> controlPlane.polls().size() > 2);

        assertThat(agent.isAlive()).isTrue();
        assertThat(agent.json("/v1/status").path("deployment").isNull()).isTrue();
        assertThat(agent.log()).doesNotContain("hunter2");
        assertNoStackTrace(agent.log());
    }

    @Test
    void doesNotSpinWhenToldToPollAgainAtOnce() throws Exception {
        controlPlane.desire("{\"hash\": \"%s\", \"poll_hint\": 0}".formatted(SYSTEM));
        agent.start(controlPlane.port(), "--poll-interval=3600");

        LocalAgent.await("polls", () -> controlPlane.polls().size() >= 4);

        List<Long> polls = controlPlane.polls();
        for (int i = 1; i < 4; i++) {
            assertThat(Duration.ofNanos(polls.get(i) - polls.get(i - 1)))
                    .isGreaterThan(Duration.ofMillis(700));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"86400000", "2147483648", "9223372036854775807"})
    void pollsAgainWithinAboutAnHourWhateverTheHint(String hint) throws Exception {
        controlPlane.desire("{\"hash\": \"%s\", \"poll_hint\": %s}".formatted(SYSTEM, hint));
        agent.start(controlPlane.port());

        JsonNode next =
                LocalAgent.value(
                        "the next poll",
                        () ->
                                Stream.of(agent.json("/v1/status").path("next_poll"))
                                        .filter(JsonNode::isTextual)
                                        .findFirst());

        assertThat(Instant.parse(next.asText()))
                .isBefore(Instant.now().plus(Duration.ofMinutes(67)));
        assertThat(agent.isAlive()).isTrue();
    }

    /** An agent that ended here could not bring the system that mends the file. */
    @ParameterizedTest
    @ValueSource(strings = {"junk", "{\"systemd\": 5}", "{\"http\": [{\"url\": \"x\"}]}", "[]"})
    void worksOnWithAHealthFileOfJunkAndSaysThatTheHostIsUnhealthy(String junk) throws Exception {
        Path file = Files.writeString(agent.file("health.json"), junk);
        agent.start(controlPlane.port(), "--health-interval=1");

        JsonNode report =
                LocalAgent.value("a health report", () -> controlPlane.report("health-check"));

        assertThat(report.path("success").asBoolean()).isFalse();
        assertThat(report.at("/health/results/0/message").asText()).contains(file.toString());
        assertThat(agent.log())
                .contains(file.toString())
                .contains("until it is mended, the host counts as unhealthy");
        assertNoStackTrace(agent.log());
    }

    @Test
    void movesACorruptDatabaseAsideAndWorks() throws Exception {
        Files.createDirectories(agent.database().getParent());
        Files.writeString(agent.database(), "not a database ".repeat(500));

        assertMovesAside("corrupt");
    }

    @Test
    void movesADatabaseOfANewerVersionAsideAndWorks() throws Exception {
        agent.start(controlPlane.port());
        agent.kill();
        Commands.run(
                List.of(
                        "python3",
                        "-c",
                        "import sqlite3; d = sqlite3.connect('%s'); d.execute('PRAGMA user_version = 99'); d.commit()"
                                .formatted(agent.database())));

        assertMovesAside("newer");
    }

    private void assertMovesAside(String kind) throws Exception {
        int before = controlPlane.polls().size();
        agent.start(controlPlane.port());

        LocalAgent.await("it works", () -> controlPlane.polls().size() > before + 1);
        try (Stream<Path> files = Files.list(agent.database().getParent())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .anyMatch(name -> name.startsWith("state.db." + kind + "-"));
        }
        assertThat(agent.log())
                .contains("was moved aside to " + agent.database() + "." + kind + "-")
                .contains("A fresh one begins");
        assertNoStackTrace(agent.log());
    }
}

package io.nixfleet.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.cli.command.Program.Run;
import io.nixfleet.testing.controlplane.Calls;
import io.nixfleet.testing.controlplane.Fault;
import io.nixfleet.testing.controlplane.Fleet;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import io.nixfleet.testing.controlplane.rollout.NewRelease;
import io.nixfleet.testing.controlplane.rollout.ReleaseEntry;
import io.nixfleet.testing.controlplane.rollout.RolloutState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands that only talk with a control plane, against one over real sockets. */
@Timeout(60)
class OperatorCommandsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String OLD = "/nix/store/00000000000000000000000000000000-old";
    private static final String NEW = "/nix/store/11111111111111111111111111111111-new";

    @TempDir private Path directory;
    private ScriptedControlPlane server = started();

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
    void stop() throws IOException {
        server.close();
    }

    private Run run(String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.add("--control-plane-url=" + server.url());
        return Program.run(all.toArray(String[]::new));
    }

    private Fleet fleet() {
        return server.fleet();
    }

    private static ReleaseEntry entry(String host, String path) {
        return new ReleaseEntry(host, path, "x86_64-linux", List.of("web"));
    }

    private String release(ReleaseEntry... entries) {
        return fleet().create(
                        new NewRelease(
                                Optional.of("."),
                                Optional.of("0123456789abcdef"),
                                Optional.of("https://cache.example"),
                                List.of(entries)))
                .id();
    }

    private String rollout(String... more) throws IOException {
        var words = new ArrayList<>(List.of("deploy", "--json"));
        words.addAll(List.of(more));
        Run run = run(words.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        return run.json().path("rollout_id").asText();
    }

    /** What an agent says of itself. */
    private void report(String machine, String path, boolean healthy) throws Exception {
        String body =
                """
                {"machine_id":"%s","current_generation":"%s","success":true,"message":"m",\
                "timestamp":"2026-01-01T00:00:00Z","tags":["web"],"health":{"results":[],\
                "all_passed":%s,"timestamp":"2026-01-01T00:00:00Z"},\
                "agent_version":"1.2","uptime_seconds":7}\
                """
                        .formatted(machine, path, healthy);
        try (var http = java.net.http.HttpClient.newHttpClient()) {
            var request =
                    java.net.http.HttpRequest.newBuilder(
                                    server.url().resolve("/api/v1/machines/" + machine + "/report"))
                            .header("Content-Type", "application/json")
                            .POST(java.net.http.HttpRequest.BodyPublishers.ofString(body))
                            .build();
            var answer = http.send(request, java.net.http.HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
    }

    @Test
    void listsShowsComparesAndDeletesReleases() throws Exception {
        assertThat(run("release", "list").out()).isEqualTo("there are no releases\n");
        String before = release(entry("db", OLD), entry("web", OLD));
        String after = release(entry("mail", OLD), entry("web", NEW));

        Run list = run("release", "list");
        assertThat(list.out().lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("RELEASE ").endsWith("CACHE"),
                        line ->
                                assertThat(line)
                                        .startsWith(after + "  ")
                                        .endsWith("  2      0123456789ab  https://cache.example"),
                        line -> assertThat(line).startsWith(before + "  "));
        assertThat(run("release", "list", "--host", "db", "--json").json().at("/releases"))
                .extracting(one -> one.path("id").asText())
                .containsExactly(before);

        assertThat(run("release", "show", before).out())
                .contains("revision  0123456789abcdef\n", "db    x86_64-linux  web   " + OLD);
        assertThat(run("release", "diff", before, after).out())
                .isEqualTo(
                        """
                        + mail
                        - db
                        ~ web
                            from %s
                            to   %s
                        1 added, 1 removed, 1 changed, 0 the same
                        """
                                .formatted(OLD, NEW));

        assertThat(run("release", "delete", before).out())
                .isEqualTo("deleted release %s\n".formatted(before));
        Run gone = run("release", "show", before);
        assertThat(gone.exitCode()).isEqualTo(3);
        assertThat(gone.err())
                .isEqualTo(
                        "error: control plane %s: has no release %s (404): release %s not found\n"
                                .formatted(server.url(), before, before));
    }

    @Test
    void doesNotDeleteAReleaseThatARolloutRefersTo() throws Exception {
        String release = release(entry("web", NEW));
        rollout("--release", release, "--hosts", "web");

        Run run = run("release", "delete", release);

        assertThat(run.exitCode()).isEqualTo(8);
        assertThat(run.err()).contains("(409)", "is referenced by a rollout");
    }

    @Test
    void beginsARolloutAsTheOptionsSay() throws Exception {
        String release = release(entry("web-1", NEW), entry("web-2", NEW), entry("db", NEW));

        Run run =
                run(
                        "deploy",
                        "--release",
                        release,
                        "--hosts",
                        "web-*",
                        "--strategy",
                        "staged",
                        "--batch-size",
                        "1,100%",
                        "--failure-threshold",
                        "50%",
                        "--on-failure",
                        "revert",
                        "--health-timeout",
                        "77",
                        "--cache-url",
                        "https://other.example");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("BATCH  MACHINES\n1      web-1\n2      web-2\n");
        var sent = new ObjectMapper().readTree(server.requests().getLast().body());
        assertThat(sent.toString())
                .isEqualTo(
                        """
                        {"release_id":"%s","cache_url":"https://other.example",\
                        "strategy":"staged","batch_sizes":["1","100%%"],\
                        "failure_threshold":"50%%","on_failure":"revert","health_timeout":77,\
                        "target":{"hosts":["web-1","web-2"]}}\
                        """
                                .formatted(release));
    }

    @Test
    void saysWhyARolloutDoesNotBegin() throws Exception {
        String release = release(entry("web", NEW));

        Run noHost = run("deploy", "--release", release, "--hosts", "mail");
        assertThat(noHost.exitCode()).isEqualTo(3);
        assertThat(noHost.err())
                .isEqualTo("error: release %s has no host mail; it has web\n".formatted(release));

        Run noMachine = run("deploy", "--release", release, "--tags", "mail");
        assertThat(noMachine.exitCode()).isEqualTo(4);
        assertThat(noMachine.err()).contains("refuses the request (400)");

        report("web", OLD, true);
        Run noRelease = run("deploy", "--release", "rel-9", "--tags", "web");
        assertThat(noRelease.exitCode()).isEqualTo(3);
        assertThat(noRelease.err()).contains("has no release rel-9 (404)");

        rollout("--release", release, "--hosts", "web");
        Run busy = run("deploy", "--release", release, "--hosts", "web");
        assertThat(busy.exitCode()).isEqualTo(8);
        assertThat(busy.err()).contains("(409)");
    }

    @Test
    void wantsOneKindOfTargetAndSensibleBatches() {
        assertThat(run("deploy", "--release", "r").err()).contains("give either --tags or --hosts");
        assertThat(run("deploy", "--release", "r", "--tags", "a", "--batch-size", "1").err())
                .contains("--batch-size is for --strategy staged");
        Run wrong =
                run(
                        "deploy",
                        "--release",
                        "r",
                        "--tags",
                        "a",
                        "--strategy",
                        "staged",
                        "--batch-size",
                        "1,many");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err())
                .contains("--batch-size: 'many' is neither a number of machines nor a percentage");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void followsARolloutToItsEnd() throws Exception {
        report("web-1", OLD, true);
        report("web-2", OLD, true);
        String release = release(entry("web-1", NEW), entry("web-2", NEW));
        String id = rollout("--release", release, "--tags", "web", "--strategy", "canary");
        var agents =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        for (int i = 0; i < 2; i++) {
                                            int batch = i;
                                            var now =
                                                    fleet().awaitRollout(
                                                                    id,
                                                                    r ->
                                                                            r.batches()
                                                                                    .get(batch)
                                                                                    .startedAt()
                                                                                    .isPresent(),
                                                                    LIMIT);
                                            report(
                                                    now.batches().get(batch).machines().getFirst(),
                                                    NEW,
                                                    true);
                                        }
                                    } catch (Exception e) {
                                        throw new AssertionError(e);
                                    }
                                });

        Run run = run("rollout", "status", "--wait", id);

        agents.join();
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("completed  canary    2 of 2")
                .containsPattern("web-1 +1 +succeeded +healthy")
                .containsPattern("web-2 +2 +succeeded +healthy");
        assertThat(run.err()).contains("web-1: batch 1 succeeded, healthy\n");
    }

    @Test
    void endsWithAnErrorWhenTheRolloutPausesAndSaysHowToGoOn() throws Exception {
        report("web", OLD, true);
        String release = release(entry("web", NEW));
        var agent =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        while (fleet().rollouts().isEmpty()) {
                                            server.awaitRequests(
                                                    (int) server.requestCount() + 1, LIMIT);
                                        }
                                        String id = fleet().rollouts().getFirst().id();
                                        fleet().awaitRollout(
                                                        id,
                                                        r ->
                                                                r.batches()
                                                                        .getFirst()
                                                                        .startedAt()
                                                                        .isPresent(),
                                                        LIMIT);
                                        report("web", NEW, false);
                                    } catch (Exception e) {
                                        throw new AssertionError(e);
                                    }
                                });

        Run run = run("deploy", "--release", release, "--tags", "web", "--wait");

        agent.join();
        String id = fleet().rollouts().getFirst().id();
        assertThat(run.exitCode()).as(run.err() + run.out()).isEqualTo(9);
        assertThat(run.out())
                .containsPattern("web +1 +failed +unhealthy +batch failed")
                .endsWith(
                        "go on with 'nixfleet rollout resume %s', or end it with 'nixfleet rollout cancel %s'\n"
                                .formatted(id, id));

        server.judgeEvery(Duration.ofHours(1));
        assertThat(run("rollout", "resume", id).out())
                .isEqualTo("rollout %s goes on\n".formatted(id));
        assertThat(run("rollout", "resume", id).exitCode()).isEqualTo(8);
        assertThat(run("rollout", "cancel", id).exitCode()).isZero();
        assertThat(fleet().rollout(id).state()).isEqualTo(RolloutState.CANCELLED);
        assertThat(run("rollout", "list", "--status", "cancelled").out()).contains(id);
        assertThat(run("rollout", "list", "--status", "running").out())
                .isEqualTo("there are no such rollouts\n");
    }

    @Test
    void givesUpFollowingWhenTheTimeIsOver() throws Exception {
        String release = release(entry("web", NEW));

        Run run =
                run("deploy", "--release", release, "--hosts", "web", "--wait", "--wait-timeout=1");

        assertThat(run.exitCode()).isEqualTo(9);
        assertThat(run.err()).contains("the rollout is not over after 1.0 s; it goes on");
    }

    @Test
    void showsMachinesAndTheFleet() throws Exception {
        report("web-1", NEW, true);
        report("web-2", OLD, true);
        fleet().desire("web-2", "{\"hash\":\"%s\"}".formatted(NEW));

        assertThat(run("machines", "list").out())
                .containsPattern("web-1 +ok +11111111…-new +- +0\\.\\d s ago +web +1\\.2")
                .containsPattern("web-2 +ok +00000000…-old +11111111…-new ");
        assertThat(run("machines", "list", "--tags", "web,db").out())
                .isEqualTo("there are no such machines\n");
        assertThat(run("status").out())
                .endsWith(
                        "2 machines: 1 run what they should, 0 report an error, 0 were not seen for"
                                + " 10 min 0 s\n");
        assertThat(run("status", "--json").json().path("machines")).hasSize(2);
    }

    @Test
    void showsItsKeyAndTellsAWrongOneFromNone() throws Exception {
        server.demandKey("secret-key");
        Path key = directory.resolve("key");
        Files.writeString(key, "secret-key\n");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        Path wrong = Files.writeString(directory.resolve("wrong"), "other-key");

        Run with = run("machines", "list", "--api-key-file=" + key);
        assertThat(with.exitCode()).as(with.err()).isZero();
        assertThat(with.err()).isEmpty();

        Run without = run("machines", "list");
        assertThat(without.exitCode()).isEqualTo(4);
        assertThat(without.err()).contains("wants an API key (401)");

        Run other = run("machines", "list", "--api-key-file=" + wrong);
        assertThat(other.exitCode()).isEqualTo(4);
        assertThat(other.err())
                .contains("can be read by every user", "does not know the API key (401)")
                .doesNotContain("other-key");
    }

    @Test
    void saysSoWhenNobodyAnswers() {
        server.fault(new Fault.Refuse());

        Run run = run("status");

        assertThat(run.exitCode()).isEqualTo(5);
        assertThat(run.err()).startsWith("error: control plane %s: ".formatted(server.url()));
    }

    @Test
    void neverBeginsARolloutTwice() throws Exception {
        String release = release(entry("web", NEW));
        server.fault(new Fault.Close(), Calls.OPERATOR);

        Run run = run("deploy", "--release", release, "--tags", "web");

        assertThat(run.exitCode()).isEqualTo(5);
        assertThat(run.err())
                .contains("it may have begun all the same: see 'nixfleet rollout list'");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void saysThatAServerThatBrokeDownMayHaveDoneIt() throws Exception {
        String release = release(entry("web", NEW));
        server.fault(new Fault.Status(502), Calls.OPERATOR);

        Run run = run("deploy", "--release", release, "--tags", "web");

        assertThat(run.exitCode()).isEqualTo(5);
        assertThat(run.err())
                .contains("answers 502: scripted to fail; it may have begun all the same");
    }

    @Test
    void doesNotBelieveGarbage() {
        server.fault(new Fault.Garbage("[{\"id\": 7}]"));

        Run run = run("release", "list");

        assertThat(run.exitCode()).isEqualTo(5);
        assertThat(run.err())
                .contains(
                        "answers what is not of its contract: a release's field 'id' is not text");
    }

    @Test
    void readsTheControlPlaneFromTheFleetsFile() throws Exception {
        Path file = directory.resolve(".nixfleet.toml");
        Files.writeString(
                file,
                """
                [control-plane]
                url = "%s/"
                """
                        .formatted(server.url()));

        Run run = Program.run("machines", "list", "--config=" + file);

        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    @Test
    void wantsAControlPlane() {
        Run run = Program.run("status", "--config=" + emptyFile());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("error: no control plane is named: give --control-plane-url");
    }

    @Test
    void sendsNoKeyOverANetworkAsItIs() {
        Run run = Program.run("status", "--control-plane-url=http://fleet.example.com");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("http://fleet.example.com is not encrypted");
    }

    private Path emptyFile() {
        try {
            return Files.writeString(directory.resolve("empty.toml"), "");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

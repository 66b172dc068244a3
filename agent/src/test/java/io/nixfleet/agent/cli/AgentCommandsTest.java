package io.nixfleet.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.endpoint.DeployEndpoints;
import io.nixfleet.agent.endpoint.LocalSocket;
import io.nixfleet.agent.endpoint.MemoryControl;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AgentCommandsTest {
    private static final String WANTED = MemoryControl.WANTED.toString();

    private final Vertx vertx = Vertx.vertx();
    private final MemoryControl control = new MemoryControl();
    @TempDir private Path directory;
    private Path socket;
    private LocalSocket local;

    @BeforeEach
    void open() throws Exception {
        socket = directory.resolve("control.sock");
        local = LocalSocket.open(vertx, socket, new DeployEndpoints(control, () -> "d-1"));
    }

    @AfterEach
    void close() throws Exception {
        local.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private record Ran(int exit, String out, String err) {}

    private Ran run(String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--socket", socket.toString()));
        var out = new StringWriter();
        var err = new StringWriter();
        int exit =
                CommandLines.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(all.toArray(String[]::new));
        return new Ran(exit, out.toString(), err.toString());
    }

    @Test
    void showsTheStatusInLines() {
        control.refuse(MemoryControl.WANTED);

        Ran ran = run("status");

        assertThat(ran.exit()).isZero();
        assertThat(ran.out().lines())
                .contains(
                        "machine     web-1",
                        "agent       0.1.0, up 1 h 2 min",
                        "phase       idle",
                        "running     " + MemoryControl.RUNNING,
                        "profile     generation 42, which runs",
                        "desired     " + WANTED,
                        "refused     " + WANTED + " since 2026-03-01T10:00:00Z: unit web failed",
                        "poll failed connection refused",
                        "unsent      2 reports",
                        "cache       https://cache.example/nix in trouble: connection reset",
                        "            api: status 503")
                .anyMatch(line -> line.startsWith("health      1 of 2 checks failed, "))
                .noneMatch(line -> line.contains("\033"));
    }

    @Test
    void showsTheDeploymentUnderWay() {
        run("deploy", WANTED);

        assertThat(run("status").out().lines())
                .contains("phase       fetching", "fetched     3 of 40 paths, 1.00 KiB of 4.00 KiB")
                .anyMatch(
                        line ->
                                line.startsWith(
                                        "deploying   %s (switch d-1, from operator, begun "
                                                .formatted(WANTED)));
    }

    @Test
    void givesTheAgentsJsonUnchanged() throws Exception {
        Ran ran = run("status", "--json");

        var status = new ObjectMapper().readTree(ran.out());
        assertThat(status.path("machine_id").asText()).isEqualTo("web-1");
        assertThat(status.path("uptime_seconds").asDouble()).isEqualTo(3725.5);
    }

    @Test
    void showsTheHistory() {
        assertThat(run("history").out()).isEqualTo("no deployment is over yet\n");
        run("deploy", WANTED, "--action", "test");
        control.end(new Outcome.RolledBack("rolled back: unit\u001b[31m web\nfailed"));

        Ran ran = run("history", "--limit", "5");

        assertThat(ran.exit()).isZero();
        assertThat(ran.out())
                .isEqualTo(
                        """
                        2026-03-01T10:01:30Z  rolled_back  test from operator, took 1 min 30 s, id d-1
                            %s: rolled back: unit?[31m web failed
                        """
                                .formatted(WANTED));
    }

    @Test
    void deploysWhatItIsTold() {
        Ran ran = run("deploy", WANTED, "--cache-url", "https://cache.example", "--action", "boot");

        assertThat(ran).isEqualTo(new Ran(0, "deployment d-1\n", ""));
        var request = control.submitted().remove().request();
        assertThat(request.system()).isEqualTo(MemoryControl.WANTED);
        assertThat(request.cacheUrl()).hasValue(URI.create("https://cache.example"));
        assertThat(request.action()).isEqualTo(Action.BOOT);
    }

    @Test
    void saysThatADeploymentIsUnderWay() {
        run("deploy", WANTED);

        assertThat(run("deploy", WANTED))
                .isEqualTo(
                        new Ran(
                                8,
                                "",
                                "error: this system is being deployed already (deployment d-1)\n"));
    }

    @Test
    void allowsARefusedSystemAgain() {
        control.refuse(MemoryControl.WANTED);
        control.refuse(MemoryControl.RUNNING);

        assertThat(run("deploy", WANTED).exit()).isEqualTo(8);
        assertThat(run("retry", WANTED).out())
                .isEqualTo("1 refused system may be deployed again\n");
        assertThat(run("deploy", WANTED).exit()).isZero();
        assertThat(run("retry").out()).isEqualTo("1 refused system may be deployed again\n");
        assertThat(run("retry").out()).isEqualTo("nothing was refused\n");
    }

    private Ran deployAndEnd(Outcome outcome, String... more) throws Exception {
        var arguments = new ArrayList<>(List.of("deploy", WANTED, "--wait"));
        arguments.addAll(List.of(more));
        var ran = CompletableFuture.supplyAsync(() -> run(arguments.toArray(String[]::new)));
        assertThat(control.submitted().poll(20, TimeUnit.SECONDS)).isNotNull();
        control.end(outcome);
        return ran.get(30, TimeUnit.SECONDS);
    }

    @Test
    void waitsUntilItIsDeployed() throws Exception {
        Ran ran = deployAndEnd(new Outcome.Deployed("deployed"));

        assertThat(ran.exit()).isZero();
        assertThat(ran.out()).isEqualTo("deployed: deployed\n");
    }

    @Test
    void failsWhenWhatItWaitedForWasRolledBack() throws Exception {
        Ran ran = deployAndEnd(new Outcome.RolledBack("rolled back: unit web failed"), "--json");

        assertThat(ran.exit()).isEqualTo(9);
        assertThat(ran.out())
                .contains("\"outcome\" : \"rolled_back\"")
                .contains("\"message\" : \"rolled back: unit web failed\"");
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void followsADeploymentThroughARestartOfTheAgent() throws Exception {
        var ran = CompletableFuture.supplyAsync(() -> run("deploy", WANTED, "--wait"));
        assertThat(control.submitted().poll(20, TimeUnit.SECONDS)).isNotNull();

        local.close();
        local = LocalSocket.open(vertx, socket, new DeployEndpoints(control, () -> "d-2"));
        control.end(new Outcome.Deployed("deployed"));

        assertThat(ran.get(30, TimeUnit.SECONDS).exit()).isZero();
    }

    @Test
    void saysThatAnInterruptionEndsTheWaitingAlone() throws Exception {
        var ran = new CompletableFuture<Ran>();
        Thread waiting =
                Thread.ofVirtual().start(() -> ran.complete(run("deploy", WANTED, "--wait")));
        assertThat(control.submitted().poll(20, TimeUnit.SECONDS)).isNotNull();

        waiting.interrupt();

        assertThat(ran.get(30, TimeUnit.SECONDS).exit()).isEqualTo(130);
        assertThat(ran.get().err())
                .endsWith(
                        "interrupted; the agent goes on with what it was asked for: see"
                                + " 'nixfleet-agent status'\n");
    }

    @Test
    void waitsNoLongerThanItsLimit() {
        Ran ran = run("deploy", WANTED, "--wait", "--wait-limit", "1");

        assertThat(ran.exit()).isEqualTo(9);
        assertThat(ran.err())
                .isEqualTo(
                        """
                        fetching
                        error: deployment d-1 is not over after 1.0 s; see 'nixfleet-agent status'
                        """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "history", "retry", "deploy"})
    void tellsItsExitCodesInItsHelp(String command) {
        Ran ran = run(command, "--help");

        assertThat(ran.exit()).isZero();
        assertThat(ran.out())
                .contains(
                        "Exit codes:\n  0     ",
                        "  7     the agent cannot be reached",
                        "NIXFLEET_SOCKET");
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "history", "retry"})
    void saysHowToSeeAnAgentThatIsNotThere(String command) {
        local.close();

        assertThat(run(command))
                .isEqualTo(
                        new Ran(
                                7,
                                "",
                                ("error: no answer from the agent at %s: there is no such socket;"
                                                + " see how it is with: systemctl status"
                                                + " nixfleet-agent\n")
                                        .formatted(socket)));
    }

    @Test
    void saysThatNobodyListensAtASocketThatWasLeft() throws Exception {
        local.close();
        try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(socket));
        }

        Ran ran = run("status", "--json");

        assertThat(ran.exit()).isEqualTo(7);
        assertThat(new ObjectMapper().readTree(ran.out()).path("error").asText())
                .contains("Connection refused; see how it is with: systemctl status");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "deploy | Missing required parameter: 'STORE_PATH'",
                "deploy /etc | '/etc' is not a store path",
                "deploy P --action reboot | 'reboot' is none of switch, boot, test, dry-activate",
                "deploy P --cache-url s3:x | cache_url looks like https://host/path",
                "deploy P --wait --wait-limit 0 | --wait-limit takes a number of seconds from 1 on",
                "history --limit 0 | --limit takes a number from 1 to 500",
                "history --limit x | 'x' is not an int",
                "retry x | 'x' is not a store path"
            })
    void saysWhatIsWrongWithACommandLine(String line, String message) {
        Ran ran = run(line.replace("P ", WANTED + " ").split(" ", -1));

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.err()).startsWith("error: ").contains(message).hasLineCount(1);
        assertThat(control.submitted()).isEmpty();
    }
}

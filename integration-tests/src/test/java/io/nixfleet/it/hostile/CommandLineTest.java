package io.nixfleet.it.hostile;

import static java.util.regex.Pattern.quote;
import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.HostileServer;
import io.nixfleet.testing.cache.ServedClosure;
import io.nixfleet.testing.cache.Spoilage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people and scripts see of a fetch. */
class CommandLineTest {
    private static final String PATH = "/nix/store/00000000000000000000000000000000-x";
    private static final String ESCAPE = "\u001b[";
    private static final String REDRAW = "\r\u001b[K";
    private static final String NO_WRAPPING = "\u001b[?7l";
    private static final String WRAPPING = "\u001b[?7h";

    private ServedClosure closure;
    private Host host;

    @BeforeEach
    void start() throws Exception {
        closure = ServedClosure.start(8);
        host = Host.with(NixInstallation.nix28(), closure);
    }

    @AfterEach
    void stop() {
        host.close();
        closure.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    fetch --from http://127.0.0.1:1 /tmp/x     | '/tmp/x' is not a store path: it does not lie in /nix/store
                    fetch --from http://127.0.0.1:1 PATH/bin   | is not a store path
                    fetch --from http://127.0.0.1:1            | Missing required parameter: 'STORE_PATH'
                    fetch PATH                                 | Missing required option: '--from=URL'
                    fetch --from http://127.0.0.1:1 --all PATH | Unknown option: '--all'
                    fetch --from ftp://host PATH               | a cache of the kind 'ftp' is not supported, only http://, https:// and file://
                    fetch --from http:// PATH                  | it is not a URL: Expected authority
                    fetch --from http://127.0.0.1:1 --store some PATH | 'some' is not a store that can be imported into; use auto, daemon
                    fetch --from http://127.0.0.1:1 --trusted-public-key nonsense PATH | public key 'nonsense' has no key name, expected name:base64
                    fetch --from http://127.0.0.1:1 --trusted-public-key a:AAAA PATH | public key 'a' has 3 bytes, not 32
                    fetch --from http://127.0.0.1:1 --netrc-file /nowhere PATH | netrc file /nowhere cannot be read: there is no such file
                    plan PATH                                  | Missing required option: '--from=URL'
                    bring                                      | 'bring' is no command; there are run, fetch, plan, try, status
                    fecth PATH                                 | 'fecth' is no command (did you mean fetch?); there are
                    fetch --form http://127.0.0.1:1 PATH       | Unknown option: '--form' (did you mean --from?); see 'nixfleet-agent fetch --help'
                    fetch --token-flie=secret                  | Unknown option: '--token-flie' (did you mean --token-file?); see
                    plan --from http://127.0.0.1:1 --form      | Unknown option: '--form' (did you mean --from?)
                    --machine-id m status extra                | is one argument too many
                    --verison                                  | Unknown option: '--verison' (did you mean --version?)
                    try now                                    | 'now' is one argument too many
                    """)
    void tellsWrongUsageInOneLine(String command, String message) throws Exception {
        AgentProgram.Run run =
                host.agent()
                        .run(
                                Arrays.stream(command.split(" ", -1))
                                        .map(word -> word.replaceFirst("^PATH", PATH))
                                        .toArray(String[]::new));

        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(2);
        assertThat(run.stderr().lines()).singleElement().asString().startsWith("error: ");
        assertThat(run.stderr()).contains(message);
        assertThat(run.stdout()).isEmpty();
        Host.assertNoStackTrace(run);
    }

    @Test
    void refusesToStartWithTooFewFileDescriptors() throws Exception {
        AgentProgram.Run run =
                host.agent().runBy(List.of("prlimit", "--nofile=64:64"), host.command("fetch"));

        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(2);
        assertThat(run.stderr().lines())
                .singleElement()
                .asString()
                .startsWith("error: at most 64 files may be open, and ")
                .contains("raise the limit (ulimit -n ");
        host.assertNothingRuns();
    }

    @Test
    void tellsThatNothingListens() throws Exception {
        String gone;
        try (var server = HostileServer.start()) {
            gone = server.uri().toString();
        }

        AgentProgram.Run run =
                host.agent()
                        .run(
                                "fetch",
                                "--from",
                                gone,
                                "--store",
                                host.store().directory().toString(),
                                "--no-fallback",
                                PATH);

        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(5);
        assertThat(run.stderr())
                .contains("unreachable: " + PATH)
                .contains(gone)
                .contains("Connection refused")
                .contains("(given up after 5 attempts)");
        Host.assertNoStackTrace(run);
    }

    @Test
    void printsNothingWhenQuietAndAllIsWell() throws Exception {
        AgentProgram.Run run = host.fetch("--quiet");

        assertThat(run.exitCode()).isZero();
        assertThat(run.stdout() + run.stderr()).isEmpty();
    }

    @Test
    void printsTheErrorEvenWhenQuiet() throws Exception {
        Spoilage.NARINFO_404.spoil(closure, closure.leaf());

        AgentProgram.Run run = host.fetch("--quiet");

        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.stdout()).isEmpty();
        assertThat(run.stderr())
                .startsWith("absent: " + closure.leaf().path())
                .contains(
                        "needed by %s ← %s"
                                .formatted(
                                        closure.app().path().baseName(),
                                        closure.top().path().baseName()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NARINFO_404", "ONLY_UNKNOWN_KEYS", "NARINFO_400"})
    void plansWithTheExitCodeOfAFetch(Spoilage spoilage) throws Exception {
        spoilage.spoil(closure, closure.leaf());

        AgentProgram.Run plan = host.agent().run(host.command("plan", "--json"));

        assertThat(plan.exitCode())
                .isEqualTo(
                        switch (spoilage.verdict()) {
                            case ABSENT -> 3;
                            case REFUSED -> 4;
                            case UNREACHABLE -> 5;
                        });
        assertThat(plan.json().at("/totals/toFetch").asInt()).isEqualTo(1);
        assertThat(plan.json().at("/totals/failed").asInt()).isEqualTo(3);
        host.assertHolds(List.of());
    }

    @Test
    void keepsARootFromGarbageCollection() throws Exception {
        Path link = host.store().directory().resolve("roots/result");

        assertThat(host.fetch("--add-root", link.toString()).exitCode()).isZero();
        host.store().collectGarbage();

        host.assertHolds(closure.members());
        assertThat(Files.readSymbolicLink(link)).hasToString(closure.top().path().toString());

        Files.delete(link);
        host.store().collectGarbage();
        host.assertHolds(List.of());
    }

    @Test
    void refusesARootWhereAFileIs() throws Exception {
        Path file = Files.writeString(host.store().directory().resolve("file"), "precious");

        AgentProgram.Run run = host.fetch("--add-root", file.toString());

        assertThat(run.exitCode()).isEqualTo(6);
        assertThat(run.stderr()).contains(file.toString());
        assertThat(file).hasContent("precious");
        Host.assertNoStackTrace(run);
    }

    @Test
    void printsPlainLinesWhereNoTerminalIs() throws Exception {
        closure.answerNar(
                closure.leaf(),
                Answers.status(503),
                Answers.ok(ServedClosure.compressedNar(closure.leaf())));

        AgentProgram.Run run = host.fetch();

        assertThat(run.exitCode()).isZero();
        assertThat(run.stderr())
                .contains("to fetch: 4 paths, ")
                .contains("HTTP status 503; attempt 2 in ")
                .doesNotContain("\r", ESCAPE);
        assertThat(run.stdout()).contains("fetched 4 paths: ").doesNotContain(ESCAPE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void redrawsOneLineOfATerminal(boolean plain) throws Exception {
        closure.answerNar(
                closure.leaf(),
                Answers.status(503),
                (_, wire) -> {
                    byte[] nar = ServedClosure.compressedNar(closure.leaf());
                    wire.head(200, "Content-Length: " + nar.length);
                    wire.bytes(nar, 0, nar.length / 2);
                    // Longer than the bar takes from one drawing to the next.
                    wire.pause(600);
                    wire.bytes(nar, nar.length / 2, nar.length - nar.length / 2);
                });
        if (plain) {
            host.agent().environment("NO_COLOR", "1");
        }

        AgentProgram.Run run = host.agent().runOnTerminal(host.command("fetch"));

        assertThat(run.exitCode()).as(run.stdout()).isZero();
        String screen = run.stdout().replace(NO_WRAPPING, "").replace(WRAPPING, "");
        List<String> drawings = List.of(screen.split(quote(REDRAW), -1));
        assertThat(drawings)
                .filteredOn(drawing -> drawing.matches("(?s)\\[#*-*\\] \\d/4 paths  .*"))
                .as("drawings of the bar, in %s", screen)
                .hasSizeGreaterThan(2)
                .allSatisfy(bar -> assertThat(bar).doesNotContain("\n"));
        assertThat(drawings)
                .filteredOn(drawing -> drawing.contains("HTTP status 503; attempt 2 in "))
                .singleElement()
                .satisfies(
                        incident ->
                                assertThat(incident.startsWith(ESCAPE + "33m")).isEqualTo(!plain));
        assertThat(screen).contains("fetched 4 paths: ");
        assertThat(screen.replace(REDRAW, "").contains(ESCAPE)).isEqualTo(!plain);
        assertThat(run.stdout().split(quote(REDRAW), -1))
                .filteredOn(drawing -> drawing.contains("/4 paths  "))
                .as("it stays one line when the terminal becomes narrower")
                .allSatisfy(bar -> assertThat(bar).contains(NO_WRAPPING + "[").endsWith(WRAPPING));
    }

    @ParameterizedTest
    @CsvSource({"TERM, xterm, true", "TERM, dumb, false", "NO_COLOR, 1, false"})
    void printsHelpInColoursWhereTheyAreWelcome(String variable, String value, boolean colours)
            throws Exception {
        host.agent().environment(variable, value);

        assertThat(host.agent().runOnTerminal("fetch", "--help").stdout().contains(ESCAPE))
                .isEqualTo(colours);
        assertThat(host.agent().run("fetch", "--help").stdout())
                .contains("Exit codes:")
                .doesNotContain(ESCAPE);
    }
}

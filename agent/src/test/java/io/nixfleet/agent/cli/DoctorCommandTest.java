package io.nixfleet.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.UsageException;
import io.nixfleet.agent.doctor.Examined;
import io.nixfleet.agent.doctor.Finding;
import io.nixfleet.agent.doctor.Given;
import io.nixfleet.agent.doctor.Result;
import io.nixfleet.agent.doctor.Subject;
import io.nixfleet.agent.doctor.UnitCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The options of {@code doctor}, and what it prints. */
class DoctorCommandTest {
    private static final List<Examined> FOUND =
            List.of(
                    new Examined("nix", new Finding(Result.OK, "2.26.3", "", "")),
                    new Examined(
                            "nix daemon",
                            new Finding(Result.FAILED, "", "no socket\u001b[1m", "start it")),
                    new Examined(
                            "clock", new Finding(Result.WARNING, "40 s ahead", "off", "set it")),
                    new Examined("cache", new Finding(Result.NOT_CHECKED, "", "none", "name one")));

    private static String printed(List<Examined> found, boolean colours, Marks marks) {
        var out = new StringWriter();
        var nowhere = new PrintWriter(new StringWriter());
        new DoctorReport(found, new Paint(colours), marks)
                .print(new PrintWriter(out), nowhere, false);
        return out.toString();
    }

    @Test
    void printsALineForEachCheckAndWhatMendsIt() {
        assertThat(printed(FOUND, false, Marks.fitting(StandardCharsets.UTF_8)))
                .isEqualTo(
                        """
                        ✓ nix         2.26.3
                        ✗ nix daemon  no socket?[1m
                            mend: start it
                        ! clock       40 s ahead
                            off
                            mend: set it
                        - cache       none
                            mend: name one

                        1 failed: 1 ok, 1 warning, 1 not checked
                        """);
    }

    @Test
    void printsColoursAndSignsWhereTheyAreWelcomeOnly() {
        assertThat(printed(FOUND, true, Marks.fitting(StandardCharsets.UTF_8)))
                .contains("\033[32m✓\033[0m nix ", "\033[31m✗\033[0m nix", "\033[33m!\033[0m");
        assertThat(printed(FOUND, false, Marks.fitting(StandardCharsets.US_ASCII)))
                .startsWith("+ nix         2.26.3\nX nix daemon  no socket")
                .matches(text -> StandardCharsets.US_ASCII.newEncoder().canEncode(text));
    }

    @Test
    void saysSoWhenNothingFailed() {
        assertThat(
                        printed(
                                List.of(FOUND.getFirst(), FOUND.get(2)),
                                false,
                                Marks.fitting(StandardCharsets.UTF_8)))
                .endsWith("\nnothing failed: 1 ok, 1 warning, 0 not checked\n");
    }

    @Test
    void hasAllFieldsInJson() throws Exception {
        var json =
                new DoctorReport(FOUND, new Paint(false), Marks.fitting(StandardCharsets.UTF_8))
                        .toJson();

        assertThat(json)
                .isEqualTo(
                        new ObjectMapper()
                                .readTree(
                                        """
                                        {"ok": false, "checks": [
                                         {"name": "nix", "result": "ok", "seen": "2.26.3",
                                          "problem": null, "remedy": null},
                                         {"name": "nix daemon", "result": "failed", "seen": null,
                                          "problem": "no socket\\u001b[1m", "remedy": "start it"},
                                         {"name": "clock", "result": "warning",
                                          "seen": "40 s ahead", "problem": "off",
                                          "remedy": "set it"},
                                         {"name": "cache", "result": "not_checked", "seen": null,
                                          "problem": "none", "remedy": "name one"}]}
                                        """));
    }

    private static Subject ofUnit(UnitCommand unit, List<String> more, Map<String, String> own) {
        return new SubjectReader(new RunOptions(), Optional.empty()).ofUnit(unit, more, own);
    }

    private static UnitCommand unit(Map<String, String> environment, String... arguments) {
        return new UnitCommand(List.of(arguments), environment, List.of());
    }

    @Test
    void takesTheOptionsOfTheUnit() {
        Subject subject =
                ofUnit(
                        unit(
                                Map.of("NIXFLEET_CACHE_URL", "https://c", "PATH", "/of/unit"),
                                "--control-plane-url",
                                "https://cp",
                                "--machine-id",
                                "web-1",
                                "--boot-floor",
                                "5",
                                "--db-path=/a/state.db"),
                        List.of(),
                        Map.of("PATH", "/ours", "TERM", "xterm"));

        assertThat(subject.origin().source()).isEqualTo("nixfleet-agent.service");
        assertThat(subject.origin().wrong()).isEmpty();
        assertThat(subject.origin().environment())
                .containsEntry("PATH", "/of/unit")
                .containsEntry("TERM", "xterm");
        assertThat(subject.link().controlPlane().found().orElseThrow().machineId())
                .isEqualTo("web-1");
        assertThat(subject.sources().caches()).containsExactly(URI.create("https://c"));
        assertThat(subject.places().bootFloor()).isEqualTo(5_000_000);
        assertThat(subject.places().database()).isEqualTo(Path.of("/a/state.db"));
    }

    @Test
    void hasOwnOptionsAndVariablesGoOverThoseOfTheUnit() {
        Subject subject =
                ofUnit(
                        unit(
                                Map.of("NIXFLEET_CACHE_URL", "https://c", "NIXFLEET_SOCKET", "/a"),
                                "--control-plane-url=https://cp",
                                "--machine-id=web-1",
                                "--boot-floor=5"),
                        List.of("--boot-floor=7", "--socket=/b"),
                        Map.of("NIXFLEET_CACHE_URL", "https://d"));

        assertThat(subject.sources().caches()).containsExactly(URI.create("https://d"));
        assertThat(subject.places().bootFloor()).isEqualTo(7_000_000);
        assertThat(subject.places().socket()).isEqualTo(Path.of("/b"));
    }

    @Test
    void repeatsNoValueOfAUnitThatItCannotRead() {
        Subject unknown =
                ofUnit(
                        unit(Map.of(), "--cache-urls=https://me:hun/ter2@c", "hunter2"),
                        List.of(),
                        Map.of());
        Subject malformed =
                ofUnit(unit(Map.of(), "--cache-url", "https://me:hun ter2@c"), List.of(), Map.of());

        assertThat(unknown.origin().wrong())
                .contains(
                        "the unit's command line has what this agent does not know: --cache-urls");
        assertThat(malformed.origin().wrong())
                .contains("the unit's command line: --cache-url has no value, or none of use");
    }

    private record Ran(int exit, String out, String err) {}

    private static Ran run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        CommandLine command =
                CommandLines.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err));
        return new Ran(command.execute(arguments), out.toString(), err.toString());
    }

    @Test
    void looksOnWhateverIsWrongWithItsOptions(@TempDir Path directory) throws Exception {
        Ran ran =
                run(
                        "doctor",
                        "--json",
                        "--control-plane-url=http://me:hunter2@cp",
                        "--machine-id=web-1",
                        "--poll-interval=0",
                        "--client-key=/nowhere",
                        "--cache-url=ftp://me:hunter2@x",
                        "--store=s3://x",
                        "--trusted-public-key=nonsense",
                        "--db-path=" + directory.resolve("state.db"),
                        "--socket=" + directory.resolve("sock"));

        assertThat(ran.exit()).as(ran.err()).isEqualTo(11);
        assertThat(ran.out() + ran.err()).doesNotContain("hunter2");
        Map<String, String> problems = new java.util.HashMap<>();
        new ObjectMapper()
                .readTree(ran.out())
                .path("checks")
                .forEach(
                        check ->
                                problems.put(
                                        check.path("name").asText(),
                                        check.path("problem").asText()));
        assertThat(problems.get("configuration"))
                .contains("has a user name", "--poll-interval: 0 s is not between");
        assertThat(problems.get("certificate")).contains("--client-key /nowhere is given without");
        assertThat(problems.get("nix daemon")).contains("'s3://x' is not a store");
        assertThat(problems.get("trusted keys")).contains("public key 'nonsense'");
        assertThat(problems.get("cache number 1")).contains("'ftp' is not supported");
    }

    @Test
    void refusesALimitThatIsNone() {
        assertThat(run("doctor", "--time-limit=0"))
                .isEqualTo(new Ran(2, "", "error: --time-limit: 0 is not between 2 and 300\n"));
    }

    @Test
    void tellsWrongFromUsable() {
        Given<String> wrong =
                Given.of(
                        () -> {
                            throw new UsageException("no");
                        });
        assertThat(wrong).isEqualTo(new Given.Wrong<String>("no"));
        assertThat(Given.of(() -> "yes").found()).contains("yes");
    }
}

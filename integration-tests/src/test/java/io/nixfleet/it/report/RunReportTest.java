package io.nixfleet.it.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RunReportTest {
    private static final Instant START = Instant.parse("2026-01-01T12:30:00Z");
    private static final Pattern TAG = Pattern.compile("<[^>]*>");
    private static final Pattern VALUE = Pattern.compile("\"[^\"]*\"");

    @TempDir Path directory;

    private Path timelines() {
        return directory.resolve("timelines");
    }

    private String page() throws IOException {
        Path page = directory.resolve("site").resolve("fleet.html");
        RunReport.write(timelines(), page);
        try (var files = Files.list(page.getParent())) {
            assertThat(files).containsExactly(page);
        }
        return Files.readString(page);
    }

    private static Timeline timeline(String scenario) {
        return new Timeline(scenario, "says", START);
    }

    private void tell(String text) {
        var timeline = new Timeline(text, text, START);
        timeline.host(text);
        timeline.phase(text, START.plusSeconds(1), text);
        timeline.system(text, START.plusSeconds(1), text);
        timeline.fault(text, START.plusSeconds(2), text);
        timeline.mended(text, START.plusSeconds(3), text);
        timeline.note("", START.plusSeconds(4), text);
        timeline.ended(START.plusSeconds(30), Optional.of(text));
        timeline.write(timelines());
    }

    /** Tags with the names of their attributes. */
    private static List<String> tags(String page) {
        return TAG.matcher(page)
                .results()
                .map(MatchResult::group)
                .map(tag -> VALUE.matcher(tag).replaceAll("\"\""))
                .toList();
    }

    @Test
    void makesNoMarkupOfText() throws IOException {
        String hostile = "</text></svg></pre>'\"><script>x</script><img src=x onerror='x'>&lt;";
        tell(hostile);
        String page = page();
        try (var files = Files.list(timelines())) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        tell(hostile.replaceAll("[<>&'\"]", "x"));

        assertThat(tags(page)).isEqualTo(tags(page()));
        assertThat(page).contains("&lt;script&gt;x&lt;/script&gt;").contains("&amp;lt;");
    }

    @Test
    void needsNoOtherFile() throws IOException {
        tell("text");

        assertThat(page())
                .contains("default-src &#39;none&#39;", "prefers-color-scheme: dark")
                .doesNotContain("http://", "https://", " src=", "<script", "<link", "@import");
    }

    @Test
    void countsWhatPassedAndWhatDidNot() throws IOException {
        Timeline passed = timeline("passed one");
        passed.ended(START.plusSeconds(61), Optional.empty());
        passed.write(timelines());
        Timeline failed = new Timeline("failed one", "says", START.minusSeconds(60));
        failed.ended(START, Optional.of("expected 1 but was 2"));
        failed.write(timelines());
        timeline("unfinished one").write(timelines());
        Files.writeString(timelines().resolve("half.json"), "{\"scenario\": \"<b>");
        Files.createDirectory(timelines().resolve("folder.json"));

        String page = page();

        assertThat(page)
                .contains("3 scenarios: 1 passed, 1 failed, 1 unfinished, 2 unreadable")
                .contains("2026-01-01 12:29 UTC")
                .contains("expected 1 but was 2")
                .contains("<code>half.json</code>: it is not JSON")
                .contains("<code>folder.json</code>: it is not a file");
        assertThat(page.indexOf("failed one")).isLessThan(page.indexOf("passed one"));
    }

    @Test
    void saysThatThereIsNothing() throws IOException {
        assertThat(page()).contains("no scenarios");

        Timeline empty = timeline("empty one");
        empty.ended(START, Optional.empty());
        empty.write(timelines());

        assertThat(page()).contains("1 scenario: 1 passed, 0 failed", "Nothing was recorded.");
    }

    @Test
    void namesTheCommitIfItIsKnown() throws IOException {
        tell("text");
        RunReport report = RunReport.of(timelines());

        assertThat(report.page(Optional.of("0123abc"))).contains("commit <code>0123abc</code>");
        assertThat(report.page(Optional.empty())).doesNotContain("commit");
    }

    @Test
    void linksEveryFlagToItsPlaceInTheList() throws IOException {
        tell("text");
        String page = page();

        List<String> flags =
                Pattern.compile("href=\"#(s1-\\d+)\"")
                        .matcher(page)
                        .results()
                        .map(result -> result.group(1))
                        .toList();

        assertThat(flags).hasSize(3).doesNotHaveDuplicates();
        assertThat(flags).allMatch(flag -> page.contains("id=\"" + flag + "\""));
    }

    @Test
    void staysSmallAndSaysWhatItLeavesOut() throws IOException {
        Timeline soak = timeline("soak");
        List<String> phases =
                List.of("checking", "fetching", "applying", "verifying", "reporting", "idle");
        for (int host = 0; host < 5; host++) {
            for (int change = 0; change < 1200; change++) {
                soak.phase(
                        "host-" + host,
                        START.plusSeconds(change),
                        phases.get(change % phases.size()));
            }
        }
        for (int deploy = 0; deploy < 1000; deploy++) {
            soak.note("host-1", START.plusMillis(deploy * 1200L), "deploy " + deploy);
        }
        soak.ended(START.plusSeconds(1200), Optional.empty());
        soak.write(timelines());

        String page = page();

        assertThat(page).hasSizeLessThan(3 << 20);
        assertThat(page).contains("All as a list: 7000 events", "deploy 999");
        assertThat(page)
                .contains("left out: 5400 changes of phase or system from 1:00.0 to 18:59.0")
                .contains("left out: 400 events with numbers from 6:00.0 to 13:58.8");
        assertThat(Pattern.compile("<tr><td").matcher(page).results())
                .as("rows of the list, and the one of the table of contents")
                .hasSize(4 * EventList.MAX_EACH + 1);
    }
}

package io.nixfleet.agent.endpoint.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.control.AgentStatus.FetchProgress;
import io.nixfleet.agent.control.CacheState;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.protocol.CheckResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatusPageTest {
    private final SamplePage sample = new SamplePage();

    private static String title(String html) {
        return html.substring(html.indexOf("<title>") + 7, html.indexOf("</title>"));
    }

    @Test
    void saysThatAllIsWell() {
        PageTree page = sample.checks(new CheckResult.Pass("nginx", Duration.ofMillis(12))).tree();

        assertThat(page.texts("h1")).containsExactly("web-1");
        assertThat(page.texts("p").getFirst())
                .isEqualTo("✓\u00a0idle This machine runs what it should.");
        assertThat(page.section("systems"))
                .isEqualTo(
                        "Systems current %s boots generation 42, the current system desired ✓ the current system"
                                .formatted(SamplePage.OLD));
        assertThat(page.section("control-plane"))
                .isEqualTo(
                        "Control plane reachable ✓ yes answered 12 s ago asked again in 48 s unsent"
                                + " no reports");
        assertThat(page.section("health"))
                .isEqualTo(
                        "Health checks ✓ 1 check passed 30 s ago check result took nginx ✓ passed"
                                + " 12 ms");
        assertThat(page.section("deployments")).isEqualTo("Last deployments none is over yet");
        assertThat(page.hasSection("deployment")).isFalse();
        assertThat(page.hasSection("refused")).isFalse();
        assertThat(page.hasSection("attention")).isFalse();
        assertThat(title(sample.html())).isEqualTo("idle · web-1");
    }

    @ParameterizedTest
    @EnumSource
    void showsWhereItIs(Phase phase) {
        sample.phase = phase;
        sample.reason =
                phase == Phase.ROLLING_BACK ? Optional.of("unit web failed") : Optional.empty();
        PageTree page = sample.tree();
        String word = phase.word().replace('_', ' ');

        assertThat(title(sample.html())).isEqualTo(word + " · web-1");
        assertThat(page.texts("p").getFirst()).contains("\u00a0" + word + " This machine ");
        assertThat(page.hasSection("deployment")).isEqualTo(phase != Phase.IDLE);
        assertThat(page.attributes("aria-current")).hasSize(phase == Phase.IDLE ? 0 : 1);
        if (phase != Phase.IDLE) {
            assertThat(page.texts("li")).contains(word);
            assertThat(page.section("deployment"))
                    .contains(
                            "system %s asked for switch by poll, begun 1 min ago from https://cache.example/nix"
                                    .formatted(SamplePage.NEW));
        }
        if (phase == Phase.ROLLING_BACK) {
            assertThat(page.texts("li")).containsExactly("rolling back", "reporting");
            assertThat(page.section("deployment")).contains("because unit web failed");
        }
    }

    @Test
    void showsHowFarAFetchIs() {
        sample.phase = Phase.FETCHING;
        assertThat(sample.tree().section("deployment")).contains("finding out what is missing");

        sample.progress = Optional.of(new FetchProgress(26, 40, 850 << 20, 1340 << 20));
        PageTree page = sample.tree();

        assertThat(page.section("deployment")).contains("63 %: 26 of 40 paths, 850 of 1340 MiB");
        assertThat(page.attributes("value")).containsExactly("63");
        assertThat(title(sample.html())).isEqualTo("fetching 63 % · web-1");
    }

    @Test
    void countsPathsWhereTheBytesAreNotKnown() {
        sample.phase = Phase.FETCHING;
        sample.progress = Optional.of(new FetchProgress(1, 4, 0, 0));

        assertThat(sample.tree().section("deployment")).contains("25 %: 1 of 4 paths system");
    }

    @Test
    void showsWhatWaits() {
        sample.waiting = Optional.of(SamplePage.NEW);

        assertThat(sample.tree().section("deployment")).contains("comes next " + SamplePage.NEW);
    }

    @Test
    void saysLoudlyWhatAPersonMustDo() {
        sample.needsAttention = Optional.of("rollback failed: switch ended with 4");
        PageTree page = sample.tree();

        assertThat(title(sample.html())).isEqualTo("needs attention · web-1");
        assertThat(page.section("attention"))
                .startsWith("This machine needs a person rollback failed: switch ended with 4 ")
                .endsWith(" nixfleet-agent retry");
    }

    @Test
    void saysThatTheAgentHangs() {
        sample.notAlive = Optional.of("polls hang");

        assertThat(title(sample.html())).isEqualTo("hangs · web-1");
        assertThat(sample.tree().section("hangs"))
                .contains("polls hang")
                .endsWith("systemctl restart nixfleet-agent");
    }

    @Test
    void tellsARefusedSystemFromOneThatIsStillToCome() {
        sample.desired = Optional.of(SamplePage.NEW);
        assertThat(sample.tree().texts("p").getFirst())
                .isEqualTo("!\u00a0idle This machine does not run what it should.");

        sample.refused.add(
                new Refusal(
                        SamplePage.NEW, "unit web failed", SamplePage.NOW.minusSeconds(3 * 86400)));
        PageTree page = sample.tree();

        assertThat(page.texts("p").getFirst()).contains("✗\u00a0idle This machine refuses what");
        assertThat(page.section("refused"))
                .contains("3 d ago " + SamplePage.NEW + " unit web failed")
                .endsWith("nixfleet-agent retry");
    }

    @Test
    void knowsOfNothingAtTheVeryStart() {
        sample.running = Optional.empty();
        sample.desired = Optional.empty();
        sample.lastPoll = Optional.empty();
        PageTree page = sample.tree();

        assertThat(page.texts("p").getFirst())
                .isEqualTo("○\u00a0idle This machine has not been told what it should run.");
        assertThat(page.section("systems")).contains("current unknown desired nothing");
        assertThat(page.section("control-plane")).contains("not known yet answered not yet");
        assertThat(page.section("health")).contains("none was made");
        assertThat(page.section("caches")).contains("none is configured");
    }

    @Test
    void saysThatTheControlPlaneIsAway() {
        sample.pollFailure = Optional.of("connection refused");
        sample.unsent = 3;

        assertThat(sample.tree().section("control-plane"))
                .contains("reachable ✗ no connection refused answered 12 s ago")
                .endsWith("unsent ! 3 reports");
    }

    @Test
    void listsDeploymentsWithWhatBecameOfThem() {
        for (Outcome outcome :
                List.of(
                        new Outcome.Deployed("deployed"),
                        new Outcome.AlreadyRunning("up-to-date"),
                        new Outcome.DryRun("would be applied"),
                        new Outcome.Failed("no space"),
                        new Outcome.Superseded("a newer deployment came"),
                        new Outcome.RolledBack("unit web failed"),
                        new Outcome.RollbackFailed("it broke"))) {
            sample.history.add(SamplePage.entry(outcome));
        }

        assertThat(sample.tree().section("deployments"))
                .contains(
                        "2 h ago ✓ deployed %s switch by poll, took 1 min 30 s 2 h ago ✓ already running"
                                .formatted(SamplePage.NEW))
                .contains("✗ failed", "no space", "! rolled back", "○ superseded")
                .contains("✗ rollback failed");
    }

    @Test
    void listsChecksAndCachesWithTheirTroubles() {
        sample.checks(
                new CheckResult.Pass("nginx", Duration.ofMillis(12)),
                new CheckResult.Fail("api", Duration.ofSeconds(3), "status 503"));
        sample.caches.addAll(
                List.of(
                        CacheState.notAsked("https://a.example"),
                        CacheState.asked("https://b.example", SamplePage.NOW).gave(40),
                        CacheState.asked("https://c.example", SamplePage.NOW).retried("reset"),
                        CacheState.asked("https://d.example", SamplePage.NOW)
                                .setAside("no cache")));
        PageTree page = sample.tree();

        assertThat(page.section("health"))
                .contains("✗ 1 of 2 checks failed", "api ✗ failed status 503 3.0 s");
        assertThat(page.section("caches"))
                .contains("https://a.example ○ not asked yet 0")
                .contains("https://b.example ✓ no trouble just now 40")
                .contains("https://c.example ! trouble just now asked again 1 time")
                .contains("https://d.example ✗ set aside just now no cache 0");
    }

    @Test
    void tellsNoSecretOfACacheUrl() {
        sample.phase = Phase.FETCHING;
        sample.history.add(SamplePage.entry(new Outcome.Deployed("deployed")));

        assertThat(sample.html()).contains("https://cache.example/nix").doesNotContain("hunter");
    }

    @Test
    void hasTimesForMachinesAndForPeople() {
        PageTree page = sample.tree();

        assertThat(page.attributes("datetime"))
                .contains("2026-03-01T10:00:00Z", "2026-03-01T09:59:48Z");
        assertThat(page.attributes("title")).contains("2026-03-01 09:59:48 UTC");
        assertThat(page.attributes("data-moment")).containsExactly("2026-03-01 10:00:00 UTC");
    }

    @Test
    void isAskedForMoreOftenDuringADeployment() {
        assertThat(sample.tree().attributes("data-pause")).containsExactly("5000");
        sample.phase = Phase.APPLYING;
        assertThat(sample.tree().attributes("data-pause")).containsExactly("1000");
    }

    @Test
    void allowsItsOwnStyleAndScriptAndNoOther() throws Exception {
        String policy = Objects.requireNonNull(StatusPage.headers().get("Content-Security-Policy"));

        assertThat(policy).startsWith("default-src 'none'; ").contains("frame-ancestors 'none'");
        for (String element : List.of("style", "script")) {
            String html = sample.html();
            int begin = html.indexOf("<" + element + ">") + element.length() + 2;
            String inner = html.substring(begin, html.indexOf("</" + element + ">"));
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(inner.getBytes(StandardCharsets.UTF_8));
            assertThat(policy)
                    .contains(
                            "%s-src 'sha256-%s'"
                                    .formatted(element, Base64.getEncoder().encodeToString(hash)));
        }
        assertThat(sample.html())
                .doesNotContainPattern("<[^>]+ (style|on[a-z]+)=")
                .doesNotContain("http://", "//cdn");
    }

    @Test
    void leavesWhatLooksLikeAPlaceOfItsFrameAlone() {
        sample.machine = "[[content]][[title]]";

        assertThat(title(sample.html())).isEqualTo("idle · [[content]][[title]]");
        assertThat(sample.tree().texts("h1")).containsExactly("[[content]][[title]]");
        assertThat(sample.html().split("<title>", -1)).hasSize(2);
    }

    /** The build replaces what looks like one of its properties in resources. */
    @ParameterizedTest
    @ValueSource(strings = {"page.html", "page.css", "page.js"})
    void isMadeOfFilesAsTheyWereWritten(String file) throws Exception {
        Path source = Path.of("src/main/resources/io/nixfleet/agent/endpoint/page", file);

        try (var in = StatusPage.class.getResourceAsStream(file)) {
            assertThat(Objects.requireNonNull(in).readAllBytes())
                    .isEqualTo(Files.readAllBytes(source));
        }
    }
}

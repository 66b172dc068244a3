package io.nixfleet.agent.endpoint.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.control.CacheState;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.protocol.CheckResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes from outside stays the text that it is, and the page keeps its structure. */
class HostileTextTest {
    private static final List<String> PIECES =
            List.of(
                    "<script>alert(1)</script>",
                    "</p></section></main>",
                    "<img src=x onerror=alert(1)>",
                    "\" onmouseover=\"alert(1)",
                    "' autofocus onfocus='alert(1)",
                    "<!--",
                    "-->",
                    "]]>",
                    "<![CDATA[",
                    "</title>",
                    "</style>",
                    "&lt;b&gt;",
                    "&#x3c;",
                    "&",
                    "<",
                    ">",
                    "\u0000",
                    "\u001b[31m",
                    "\u202e",
                    "\u2066",
                    "\ud800",
                    "\udc00",
                    "\ufffe",
                    "\uffff",
                    "\r",
                    "\n",
                    "\t",
                    "\u00a0",
                    "\u2028",
                    "😀",
                    "ordinary words");

    private static SamplePage with(String text) {
        var sample = new SamplePage();
        sample.machine = text;
        sample.version = text;
        sample.phase = Phase.ROLLING_BACK;
        sample.reason = Optional.of(text);
        sample.needsAttention = Optional.of(text);
        sample.notAlive = Optional.of(text);
        sample.pollFailure = Optional.of(text);
        sample.refused.add(new Refusal(SamplePage.NEW, text, SamplePage.NOW));
        sample.history.add(SamplePage.entry(new Outcome.Failed(text)));
        sample.caches.add(CacheState.asked(text, SamplePage.NOW).failed(text));
        return sample.checks(
                new CheckResult.Pass(text, Duration.ZERO),
                new CheckResult.Fail(text, Duration.ZERO, text));
    }

    private static void assertHarmless(String text) {
        PageTree page = with(text).tree();
        PageTree plain = with("words").tree();
        String kept = Markup.clean(text);

        assertThat(page.structure()).isEqualTo(plain.structure());
        assertThat(page.texts("h1")).containsExactly(kept);
        // Two alarms, the poll, the refusal, the deployment, the cache, the check, the reason.
        assertThat(page.texts("p")).filteredOn(kept::equals).hasSize(8);
        assertThat(page.texts("th")).filteredOn(kept::equals).hasSize(3);
    }

    @RepeatedTest(300)
    void changesNothingButTheText(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var text = new StringBuilder("x");
        for (int i = random.nextInt(12); i >= 0; i--) {
            if (random.nextBoolean()) {
                text.append(PIECES.get(random.nextInt(PIECES.size())));
            } else {
                text.append((char) random.nextInt(0x10000));
            }
        }

        assertHarmless(text.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "\"><svg onload=alert(1)>",
                "'--><!--",
                "&amp;&lt;",
                "</script></style></title>"
            })
    void keepsMarkupAsText(String text) {
        assertHarmless(text);

        assertThat(with(text).html()).doesNotContain(">" + text);
    }

    @Test
    void turnsNoTextAround() {
        assertThat(Markup.clean("a\u202eb\u2067c\u200fd\u061ce\u0007f\ud83dg"))
                .isEqualTo("a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\ufffdg");
    }

    @Test
    void shortensWhatWouldDrownTheRest() {
        assertThat(Markup.clean("<".repeat(1_000_000))).hasSize(4001).endsWith("<…");
    }
}

package io.nixfleet.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.endpoint.StatusEndpoints;
import io.nixfleet.it.host.Await;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the page looks and behaves, whatever it has to show. */
@Timeout(300)
class PageLooksTest {
    /** That of WCAG 2 AA for text of this size. */
    private static final double LEAST_CONTRAST = 4.5;

    /** Of all visible texts: colour and what is behind it. */
    private static final String CONTRASTS =
            """
            (() => {
              const channels = c => c.match(/[\\d.]+/g).map(Number);
              const light = c => {
                const [r, g, b] = channels(c).map(v => v / 255)
                  .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
              };
              const behind = e => {
                const c = getComputedStyle(e).backgroundColor;
                return channels(c)[3] === 0 && e.parentElement ? behind(e.parentElement) : c;
              };
              return Array.from(document.body.querySelectorAll('*'))
                .filter(e => e.checkVisibility())
                .filter(e => Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim()))
                .filter(e => !['SCRIPT', 'NOSCRIPT', 'PROGRESS'].includes(e.tagName))
                .map(e => {
                  const both = [light(getComputedStyle(e).color), light(behind(e))].sort((a, b) => b - a);
                  return {text: e.innerText, contrast: (both[0] + 0.05) / (both[1] + 0.05)};
                });
            })()
            """;

    private final Vertx vertx = Vertx.vertx();
    private final StagedAgent agent = new StagedAgent();
    private StatusEndpoints endpoints;
    private Browser browser;
    private Tab tab;

    @BeforeEach
    void start() throws Exception {
        endpoints =
                StatusEndpoints.open(
                        vertx,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        agent,
                        () -> "");
        browser = Browser.start();
        tab = browser.newTab();
    }

    @AfterEach
    void stop() throws Exception {
        browser.close();
        endpoints.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private String url() {
        return "http://127.0.0.1:%d/".formatted(endpoints.port());
    }

    private void troubleEverywhere() {
        agent.needsAttention =
                Optional.of("rollback failed: " + "switch-to-configuration".repeat(20));
        agent.pollFailure = Optional.of("connection refused");
    }

    @ParameterizedTest
    @EnumSource
    void fitsANarrowScreen(Phase phase) throws Exception {
        agent.phase = phase;
        troubleEverywhere();
        tab.size(320, 640).open(url());
        keepPicture("status-page-narrow-" + phase.word());

        JsonNode wide =
                tab.evaluate(
                        """
                        Array.from(document.querySelectorAll('*'))
                          .filter(e => e.getBoundingClientRect().right > 320.5)
                          .map(e => e.outerHTML)
                        """);
        assertThat(wide).isEmpty();
        assertThat(tab.evaluate("document.documentElement.scrollWidth").asInt())
                .isLessThanOrEqualTo(320);
        assertThat(
                        tab.evaluate(
                                """
                                Array.from(document.querySelectorAll('.badge'))
                                  .filter(e => e.getClientRects()[0].height > 30 && !e.innerText.includes(" "))
                                  .map(e => e.innerText)
                                """))
                .as("one word on two lines")
                .isEmpty();
        // Texts are wrapped, not squeezed into columns of a letter.
        assertThat(
                        tab.evaluate(
                                        """
                                        Array.from(document.querySelectorAll('td, th, dd'))
                                          .filter(e => e.innerText.length > 3)
                                          .map(e => e.getBoundingClientRect().width).sort((a, b) => a - b)[0]
                                        """)
                                .asDouble())
                .isGreaterThan(35);
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void canBeReadInBothSchemes(String scheme) {
        tab.prefers(scheme);
        for (Phase phase : Phase.values()) {
            agent.phase = phase;
            troubleEverywhere();
            tab.open(url());

            JsonNode texts = tab.evaluate(CONTRASTS);
            assertThat(texts.size()).isGreaterThan(60);
            assertThat(texts)
                    .allSatisfy(
                            text ->
                                    assertThat(text.path("contrast").asDouble())
                                            .as("%s in %s", text, scheme)
                                            .isGreaterThanOrEqualTo(LEAST_CONTRAST));
        }
    }

    @Test
    void isDarkForThoseWhoPreferThat() throws Exception {
        List<String> grounds = new ArrayList<>();
        for (String scheme : List.of("light", "dark")) {
            tab.prefers(scheme).open(url());
            keepPicture("status-page-" + scheme);
            grounds.add(tab.evaluate("getComputedStyle(document.body).backgroundColor").asText());
        }

        assertThat(grounds).containsExactly("rgb(245, 246, 248)", "rgb(14, 17, 22)");
    }

    @Test
    void asksOnlyWhileSomeoneCanSeeIt() {
        tab.open(url());
        Await.until("it asks again", Await.LIMIT, () -> tab.requests().size() > 2);
        Tab other = browser.newTab().open(url());
        other.bringToFront();
        Await.until(
                "it is hidden",
                Await.LIMIT,
                () -> tab.evaluate("document.visibilityState").asText().equals("hidden"));
        // One may have been on its way.
        int before = tab.requests().size() + 1;
        int others = other.requests().size();
        Await.until("the other asks", Await.LIMIT, () -> other.requests().size() > others + 4);

        assertThat(tab.requests().size()).isLessThanOrEqualTo(before);

        tab.bringToFront();
        Await.until("it asks again", Await.LIMIT, () -> tab.requests().size() > before);
    }

    @Test
    void loadsAnewWhenTheAgentHasAnotherEditionOfThePage() {
        tab.open(url());
        assertThat(tab.loads()).isEqualTo(1);

        tab.evaluate("document.getElementById('page').dataset.edition = 'former'");

        Await.until("it is loaded again", Await.LIMIT, () -> tab.loads() == 2);
        int requests = tab.requests().size();
        Await.until("it asks again", Await.LIMIT, () -> tab.requests().size() > requests + 1);
        assertThat(tab.loads()).isEqualTo(2);
    }

    @Test
    void changesOnlyWhatDiffers() {
        tab.open(url());
        tab.evaluate(
                """
                getSelection().selectAllChildren(document.querySelector('#systems + dl code'));
                document.querySelector('footer a').focus();
                """);
        agent.phase = Phase.APPLYING;

        tab.awaitText("▶ applying");
        assertThat(tab.evaluate("getSelection().toString()").asText())
                .startsWith("/nix/store/")
                .endsWith("25.05.811");
        assertThat(tab.evaluate("document.activeElement.innerText").asText())
                .isEqualTo("v1/status");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void hasAPictureForTheReadme() throws Exception {
        tab.size(1000, 900).prefers("light").open(url());

        assertThat(keepPicture("status-page").length).isLessThan(150_000);
        assertThat(tab.complaints()).isEmpty();
    }

    /** Beside the report of the run; {@code integration-tests/status-page.png} is a copy. */
    private byte[] keepPicture(String name) throws IOException {
        byte[] picture = Picture.small(tab.picture());
        Path directory =
                Files.createDirectories(Path.of(System.getProperty("nixfleet.report.dir")));
        Files.write(directory.resolve(name + ".png"), picture);
        return picture;
    }
}

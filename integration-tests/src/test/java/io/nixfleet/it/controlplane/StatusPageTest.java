package io.nixfleet.it.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.cycle.Reporter;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.it.browser.Browser;
import io.nixfleet.it.browser.Tab;
import io.nixfleet.it.host.Await;
import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.it.server.FreePort;
import io.nixfleet.testing.cache.ServedClosure;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What people see of the daemon in a browser, while it works. */
@Timeout(300)
class StatusPageTest {
    private static final long SEED = 13;
    private static final int LEAF_BYTES = 3_000_000;
    private static final int PARTS = 3;
    private static final String HOSTILE = "<img src=http://evil.example/x onerror=alert(1)>";

    private final ServedClosure closure = ServedClosure.start(SEED, LEAF_BYTES);
    private final Semaphore parts = new Semaphore(0);
    private final int port = FreePort.next();
    private final String url = "http://127.0.0.1:%d/".formatted(port);
    private final List<PackagedDaemon> daemons = new ArrayList<>();
    private ScriptedControlPlane controlPlane;
    private ChrootStore store;
    private PackagedDaemon.Options options;
    private Browser browser;
    private Tab tab;

    @TempDir Path directory;

    @BeforeEach
    void start() throws Exception {
        controlPlane = ScriptedControlPlane.plain();
        store = NixInstallation.nix28().newStore();
        options =
                PackagedDaemon.in(directory, controlPlane.url())
                        .with("--store", store.directory().toString())
                        .with("--trusted-public-key", closure.key().publicKey().toString())
                        .with("--metrics-port", String.valueOf(port))
                        .with("--cache-url", closure.server().uri().toString())
                        // What cannot be activated is not tried again during a test.
                        .with("--retry-interval", "3600");
        browser = Browser.start();
        tab = browser.newTab();
    }

    @AfterEach
    void stop() throws Exception {
        parts.release(PARTS);
        browser.close();
        daemons.forEach(PackagedDaemon::close);
        store.close();
        controlPlane.close();
        closure.close();
    }

    private PackagedDaemon startDaemon(int readiness) throws Exception {
        PackagedDaemon daemon = options.start();
        daemons.add(daemon);
        daemon.awaitReadiness(readiness);
        return daemon;
    }

    /** Its large leaf comes part by part, as the test allows. */
    private void desireBitByBit() {
        byte[] nar = ServedClosure.compressedNar(closure.leaf());
        closure.answerNar(
                closure.leaf(),
                (_, wire) -> {
                    wire.head(200, "Content-Length: " + nar.length);
                    for (int part = 0; part < PARTS; part++) {
                        if (!parts.tryAcquire(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                            return;
                        }
                        int begin = nar.length / PARTS * part;
                        int end = part == PARTS - 1 ? nar.length : begin + nar.length / PARTS;
                        wire.bytes(nar, begin, end - begin);
                    }
                });
        controlPlane
                .fleet()
                .desire(
                        PackagedDaemon.MACHINE,
                        "{\"hash\": \"%s\"}".formatted(closure.top().path()));
    }

    private int awaitProgressBeyond(int percent) {
        String value = "document.querySelector('progress')?.value ?? -1";
        Await.until(
                () -> "more than %d %%: %s".formatted(percent, tab.text()),
                Await.LIMIT,
                () -> tab.evaluate(value).asInt() > percent);
        return tab.evaluate(value).asInt();
    }

    private void assertStayedAtHomeInPeace() {
        assertThat(tab.requests())
                .allSatisfy(
                        request ->
                                assertThat(request)
                                        .satisfiesAnyOf(
                                                at -> assertThat(at).startsWith(url),
                                                at -> assertThat(at).isEqualTo("data:,")));
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void followsADeploymentWithoutLoadingThePageAnew() throws Exception {
        startDaemon(200);
        tab.open(url);
        tab.awaitText("idle This machine has not been told what it should run.");
        assertThat(tab.section("caches")).contains("not asked yet");

        desireBitByBit();
        tab.awaitText("fetching This machine fetches a system.");
        int begun = awaitProgressBeyond(-1);
        parts.release();
        int third = awaitProgressBeyond(Math.max(begun, 20));
        assertThat(tab.title()).startsWith("fetching ").endsWith(" % · web-1");
        assertThat(tab.section("deployment"))
                .contains(" of 4 paths, ", closure.top().path().toString());
        assertThat(tab.section("systems")).contains("desired " + closure.top().path());
        parts.release();
        int more = awaitProgressBeyond(third);
        assertThat(more).isBetween(third + 1, 100);

        parts.release();
        tab.awaitText("idle This machine does not run what it should.");
        assertThat(tab.section("deployments"))
                .contains("✗ failed " + closure.top().path() + " switch by poll, took ");
        assertThat(tab.section("deployment")).isEmpty();
        assertThat(tab.section("caches")).contains("✓ no trouble").endsWith(" 4");
        assertThat(tab.title()).isEqualTo("idle · web-1");
        assertThat(tab.loads()).isEqualTo(1);
        assertThat(tab.requests().size()).isGreaterThan(3);
        assertStayedAtHomeInPeace();
    }

    @Test
    void saysAllThatMattersWithoutScripts() throws Exception {
        try (StateStore state =
                StateStore.open(directory.resolve("state.db"), InstantSource.system()).store()) {
            state.note(Reporter.ATTENTION_NOTE, "rollback failed: " + HOSTILE);
        }
        PackagedDaemon daemon = startDaemon(503);
        Files.writeString(
                directory.resolve("health-checks.json"),
                "{\"command\": [{\"name\": \"%s\", \"command\": \"echo '%s'; false\"}]}"
                        .formatted(HOSTILE, HOSTILE));
        desireBitByBit();
        Await.until(
                "the check fails and the system is wanted",
                Await.LIMIT,
                () ->
                        daemon.status()
                                        .toString()
                                        .contains("evil.example/x onerror=alert(1)>\",\"d")
                                && daemon.status().path("desired").isTextual());

        tab.withoutScripts().open(url);

        assertThat(tab.title()).isEqualTo("needs attention · web-1");
        assertThat(tab.section("attention"))
                .contains("rollback failed: " + HOSTILE)
                .endsWith("nixfleet-agent retry");
        assertThat(tab.section("health")).contains("1 of 1 check failed", HOSTILE + " ✗ failed");
        assertThat(tab.section("systems")).contains("desired " + closure.top().path());
        assertThat(tab.section("control-plane")).contains("reachable ✓ yes answered");
        assertThat(tab.section("caches")).contains("http://127.0.0.1:").contains("not asked yet");
        assertThat(tab.section("deployments")).contains("none is over yet");
        assertThat(tab.text()).contains("Without JavaScript this page does not refresh itself");
        assertThat(tab.requests()).containsExactly(url);
        assertStayedAtHomeInPeace();
    }

    @Test
    void saysThatTheAgentIsAwayUntilItIsBack() throws Exception {
        PackagedDaemon daemon = startDaemon(200);
        tab.open(url);

        assertThat(daemon.stop()).isEqualTo(143);
        tab.awaitText("The agent does not answer. This is what it said at ");
        assertThat(tab.title()).startsWith("no answer · idle");

        startDaemon(200);
        Await.until(
                "it shows the agent again",
                Await.LIMIT,
                () -> tab.title().startsWith("idle") && !tab.text().contains("does not answer"));
        assertThat(tab.loads()).isEqualTo(1);
    }
}

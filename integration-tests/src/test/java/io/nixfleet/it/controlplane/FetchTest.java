package io.nixfleet.it.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.host.Await;
import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.ServedClosure;
import io.nixfleet.testing.controlplane.ReceivedReport;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the control plane wants is fetched, or it hears why not. */
@Timeout(240)
class FetchTest {
    private static final long SEED = 11;

    private final ServedClosure closure = ServedClosure.start(SEED);
    private ScriptedControlPlane controlPlane;
    private ChrootStore store;
    private PackagedDaemon daemon;

    @TempDir Path directory;

    @BeforeEach
    void startDaemon() throws IOException {
        controlPlane = ScriptedControlPlane.plain();
        store = NixInstallation.nix28().newStore();
        daemon =
                PackagedDaemon.in(directory, controlPlane.url())
                        .with("--store", store.directory().toString())
                        .with("--trusted-public-key", closure.key().publicKey().toString())
                        .start();
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
        store.close();
        controlPlane.close();
        closure.close();
    }

    private void desireTop() {
        controlPlane
                .fleet()
                .desire(
                        PackagedDaemon.MACHINE,
                        "{\"hash\": \"%s\", \"cache_url\": \"%s\"}"
                                .formatted(closure.top().path(), closure.server().uri()));
    }

    @Test
    void needsNoFeatureOfNixThatIsOffByDefault() {
        desireTop();

        daemon.awaitMetric("fetch_paths_total{source=\"cache\"}", 4);
        assertThat(store.isValid(closure.top().path())).isTrue();
    }

    @Test
    void tellsOfAFetchOnlyOnceItHasFailedFiveTimes() {
        closure.answerNarInfo(closure.top(), Answers.status(404));
        desireTop();

        ReceivedReport failure =
                Await.value(
                        "the failure is told", Await.LIMIT, () -> failures().stream().findFirst());
        assertThat(failure.message())
                .startsWith("could not fetch " + closure.top().path())
                .contains(closure.server().uri().getAuthority());
        assertThat(daemon.metric("deployments_total{outcome=\"failed\"}").orElseThrow())
                .isGreaterThanOrEqualTo(5);
    }

    private List<ReceivedReport> failures() {
        return controlPlane.fleet().reports(PackagedDaemon.MACHINE).stream()
                .filter(report -> !report.json().path("success").asBoolean())
                .toList();
    }

    @Test
    void stopsAtOnceInTheMiddleOfAFetchAndLeavesNoChild() throws Exception {
        byte[] nar = ServedClosure.compressedNar(closure.leaf());
        closure.answerNar(closure.leaf(), Answers.stallAfter(nar, nar.length / 2));
        desireTop();
        Await.until(
                "a path is being imported",
                Await.LIMIT,
                () -> !closure.server().requests(ServedClosure.narFile(closure.leaf())).isEmpty());
        List<ProcessHandle> children = daemon.children();
        assertThat(children).as("nix-daemon").isNotEmpty();

        long begun = System.nanoTime();
        assertThat(daemon.stop()).isEqualTo(143);

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        Await.until(
                "its children have ended",
                Await.LIMIT,
                () -> children.stream().noneMatch(ProcessHandle::isAlive));
        assertThat(failures()).isEmpty();
    }
}

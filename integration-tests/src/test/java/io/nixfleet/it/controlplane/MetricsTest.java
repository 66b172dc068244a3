package io.nixfleet.it.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.host.Await;
import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.it.server.Prometheus;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.ServedClosure;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a real Prometheus makes of the daemon, before and after a real fetch. */
@Timeout(240)
class MetricsTest {
    private static final Path README = Path.of("..", "README.md");

    private static final long SEED = 7;
    private static final int LEAF_BYTES = 300_000;

    private final ServedClosure closure = ServedClosure.start(SEED, LEAF_BYTES);
    private final String cache = closure.server().uri().toString().replaceAll("/$", "");
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
                        .with("--cache-url", cache)
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
                        "{\"hash\": \"%s\"}".formatted(closure.top().path()));
    }

    /** Its first leaf breaks off twice: once it goes on, once it begins anew. */
    private void spoilALeaf() {
        byte[] nar = ServedClosure.compressedNar(closure.leaf());
        closure.answerNar(
                closure.leaf(),
                Answers.resetAtOnce(),
                Answers.ranged(nar, nar.length / 2, "ETag: \"1\""));
    }

    @Test
    void scrapesIntoARealPrometheus() throws Exception {
        daemon.awaitMetric("polls_total{result=\"ok\"}", 1);
        try (var prometheus =
                Prometheus.scraping(Map.of("agent", "127.0.0.1:" + daemon.port()), directory)) {
            Await.until(
                    "the daemon is up",
                    Await.LIMIT,
                    () -> prometheus.query("up{job=\"agent\"}").filter(is -> is == 1).isPresent());
            spoilALeaf();
            desireTop();
            for (String moved : moved()) {
                Await.until(
                        moved + " moves",
                        Await.LIMIT,
                        () ->
                                prometheus
                                        .query("nixfleet_agent_" + moved)
                                        .filter(value -> value > 0)
                                        .isPresent());
            }
            for (String basic :
                    List.of(
                            "process_resident_memory_bytes",
                            "process_cpu_seconds_total",
                            "process_start_time_seconds",
                            "process_open_fds",
                            "jvm_memory_used_bytes{area=\"heap\"}",
                            "jvm_threads_live")) {
                assertThat(prometheus.query(basic))
                        .as(basic)
                        .hasValueSatisfying(value -> assertThat(value).isPositive());
            }
            assertThat(prometheus.query("sum(nixfleet_agent_state)")).contains(1.0);
            assertThat(prometheus.query("count(nixfleet_agent_state)")).contains(7.0);
            assertThat(
                            prometheus.query(
                                    "nixfleet_agent_fetch_cache_set_aside{cache=\"%s\"}"
                                            .formatted(cache)))
                    .contains(0.0);
        }
    }

    private List<String> moved() {
        return List.of(
                "polls_total{result=\"ok\"}",
                "poll_duration_seconds_count",
                "last_poll_timestamp_seconds",
                "health_check_duration_seconds_count{check_name=\"fine\",check_type=\"command\"}",
                "health_check_status{check_name=\"fine\"}",
                "fetch_narinfo_requests_total",
                "fetch_paths_total{source=\"cache\"}",
                "fetch_received_bytes_total{source=\"cache\"}",
                "fetch_imported_bytes_total{source=\"cache\"}",
                "fetch_retries_total{cache=\"%s\"}".formatted(cache),
                "fetch_resumed_transfers_total{cache=\"%s\"}".formatted(cache),
                "phase_duration_seconds_count{phase=\"checking\"}",
                "phase_duration_seconds_count{phase=\"fetching\"}",
                // Fetched into a store of the test's, it is no system of this host.
                "deployments_total{outcome=\"failed\"}",
                "refusals_total{reason=\"not_activatable\"}",
                // At the second try all is there.
                "fetch_paths_total{source=\"already_valid\"}");
    }

    @Test
    void tellsOfACacheThatFails() throws Exception {
        closure.answerNarInfo(closure.top(), Answers.status(404));
        desireTop();

        daemon.awaitMetric("fetch_failed_paths_total{reason=\"absent\"}", 1);
        closure.answerNarInfo(closure.top(), Answers.status(403));
        closure.server().on("/nix-cache-info", Answers.ok("StoreDir: /elsewhere\n"));

        daemon.awaitMetric("fetch_cache_set_aside{cache=\"%s\"}".formatted(cache), 1);
        daemon.awaitMetric("fetch_failed_paths_total{reason=\"unreachable\"}", 1);
    }

    @Test
    void givesPromtoolNothingToComplainOf() throws Exception {
        daemon.awaitMetric("polls_total{result=\"ok\"}", 1);
        assertSpotless("idle");

        spoilALeaf();
        desireTop();
        daemon.awaitMetric("deployments_total{outcome=\"failed\"}", 1);
        assertSpotless("after a fetch");
    }

    @Test
    void hasTheMetricsOfTheReadmeAndNoOthers() throws Exception {
        daemon.awaitMetric("polls_total{result=\"ok\"}", 1);
        daemon.awaitMetric("health_check_status{check_name=\"fine\"}", 1);
        Set<String> told = names("`(nixfleet_agent_[a-z_]+)`", Files.readString(README));
        // Of NixOS alone.
        told.remove("nixfleet_agent_generation_info");

        Set<String> served = names("(?m)^# TYPE (nixfleet_agent_\\w+)", daemon.metrics());
        served.removeIf(name -> name.endsWith("_max"));

        assertThat(served).isEqualTo(told);
    }

    private static Set<String> names(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void assertSpotless(String when) throws IOException {
        Path file = Files.writeString(directory.resolve("metrics"), daemon.metrics());
        var outcome =
                Commands.tryRun(
                        List.of(
                                "sh",
                                "-c",
                                "exec promtool check metrics <\"$1\"",
                                "sh",
                                file + ""));

        assertThat(outcome.output()).as(when).isEmpty();
        assertThat(outcome.exitCode()).as(when).isZero();
    }
}

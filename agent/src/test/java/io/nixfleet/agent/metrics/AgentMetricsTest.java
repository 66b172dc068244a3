package io.nixfleet.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.nix.narinfo.Trust;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.CheckResult;
import io.nixfleet.substituter.fetch.ClosurePlan;
import io.nixfleet.substituter.fetch.FetchEvent;
import io.nixfleet.substituter.fetch.PathResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentMetricsTest {
    private static final String CACHE = "https://cache.example";

    private final AgentMetrics metrics = new AgentMetrics(Path.of("/proc"));

    private static StorePath path(char digit) {
        return StorePath.ofBaseName(
                StoreDir.NIX_STORE, String.valueOf(digit).repeat(32) + "-system");
    }

    private List<String> lines() {
        return metrics.scrape().lines().filter(line -> !line.startsWith("#")).toList();
    }

    @Test
    void tellsThePhaseAsOneOfSeven() {
        metrics.phase(Phase.ROLLING_BACK);

        assertThat(lines().stream().filter(line -> line.startsWith("nixfleet_agent_state{")))
                .containsExactlyInAnyOrder(
                        "nixfleet_agent_state{state=\"idle\"} 0.0",
                        "nixfleet_agent_state{state=\"checking\"} 0.0",
                        "nixfleet_agent_state{state=\"fetching\"} 0.0",
                        "nixfleet_agent_state{state=\"applying\"} 0.0",
                        "nixfleet_agent_state{state=\"verifying\"} 0.0",
                        "nixfleet_agent_state{state=\"reporting\"} 0.0",
                        "nixfleet_agent_state{state=\"rolling_back\"} 1.0");
    }

    @Test
    void tellsOfPolls() {
        metrics.polled(Duration.ofMillis(250), true, Instant.parse("2026-03-01T10:00:00Z"));
        metrics.polled(Duration.ofMillis(500), false, Instant.parse("2026-03-01T10:01:00.5Z"));

        assertThat(lines())
                .contains(
                        "nixfleet_agent_poll_duration_seconds_count 2",
                        "nixfleet_agent_poll_duration_seconds_sum 0.75",
                        "nixfleet_agent_last_poll_timestamp_seconds 1.7723592605E9",
                        "nixfleet_agent_polls_total{result=\"ok\"} 1.0",
                        "nixfleet_agent_polls_total{result=\"failed\"} 1.0");
    }

    @Test
    void dropsTheSeriesOfAFormerGeneration() {
        metrics.generation(path('1'));
        metrics.generation(path('2'));
        metrics.generation(path('2'));

        assertThat(lines().stream().filter(line -> line.contains("generation_info")))
                .containsExactly(
                        "nixfleet_agent_generation_info{generation=\"%s\"} 1.0"
                                .formatted(path('2'))
                                .replace("1.0", "1"));
    }

    @Test
    void tellsOfHealthChecks() {
        metrics.healthCheck("http", new CheckResult.Pass("api", Duration.ofMillis(20)));
        metrics.healthCheck("http", new CheckResult.Fail("api", Duration.ofMillis(30), "503"));
        metrics.healthCheck("systemd", new CheckResult.Pass("nginx", Duration.ofMillis(5)));

        assertThat(lines())
                .contains(
                        "nixfleet_agent_health_check_duration_seconds_count{check_name=\"api\",check_type=\"http\"}"
                            + " 2",
                        "nixfleet_agent_health_check_duration_seconds_sum{check_name=\"api\",check_type=\"http\"}"
                            + " 0.05",
                        "nixfleet_agent_health_check_status{check_name=\"api\"} 0.0",
                        "nixfleet_agent_health_check_status{check_name=\"nginx\"} 1.0");
    }

    @Test
    void hasEverySeriesOfKnownNameAtZeroFromTheStart() {
        metrics.knows(Set.of(CACHE));

        List<String> zero =
                lines().stream()
                        .filter(line -> line.matches(".* 0(\\.0)?"))
                        .map(line -> line.substring(0, line.lastIndexOf(' ')))
                        .toList();

        var expected = new ArrayList<String>();
        for (String outcome :
                "deployed already_running dry_run failed superseded rolled_back rollback_failed"
                        .split(" ", -1)) {
            expected.add("deployments_total{outcome=\"%s\"}".formatted(outcome));
        }
        for (String reason :
                "malformed rolled_back needs_attention no_cache no_space not_activatable"
                        .split(" ", -1)) {
            expected.add("refusals_total{reason=\"%s\"}".formatted(reason));
        }
        for (String phase : "checking fetching applying verifying rolling_back".split(" ", -1)) {
            expected.add("phase_duration_seconds_count{phase=\"%s\"}".formatted(phase));
        }
        for (String source : "cache fallback already_valid".split(" ", -1)) {
            expected.add("fetch_paths_total{source=\"%s\"}".formatted(source));
        }
        for (String source : "cache fallback".split(" ", -1)) {
            expected.add("fetch_imported_bytes_total{source=\"%s\"}".formatted(source));
        }
        for (String reason : "absent untrusted unreachable store blocked".split(" ", -1)) {
            expected.add("fetch_failed_paths_total{reason=\"%s\"}".formatted(reason));
        }
        for (String cache : List.of(CACHE, "other")) {
            for (String what :
                    "retries_total resumed_transfers_total cache_errors_total cache_set_aside"
                            .split(" ", -1)) {
                expected.add("fetch_%s{cache=\"%s\"}".formatted(what, cache));
            }
        }
        expected.add("fetch_received_bytes_total{source=\"cache\"}");
        expected.add("fetch_narinfo_requests_total");
        expected.add("poll_duration_seconds_count");
        expected.add("last_poll_timestamp_seconds");
        expected.add("unsent_reports");
        assertThat(zero).containsAll(expected.stream().map("nixfleet_agent_"::concat).toList());
    }

    @Test
    void tellsOfDeploymentsFromTheStart() {
        metrics.deploymentEnded(new Outcome.RolledBack("unit web failed"));
        metrics.phaseTook(Phase.FETCHING, Duration.ofSeconds(8));
        metrics.refused(AgentMetrics.Refused.NO_SPACE);
        metrics.standing(
                new AgentMetrics.Standing() {
                    @Override
                    public int unsentReports() {
                        return 3;
                    }

                    @Override
                    public int refusedSystems() {
                        return 2;
                    }

                    @Override
                    public boolean needsAttention() {
                        return true;
                    }
                });

        assertThat(lines())
                .contains(
                        "nixfleet_agent_deployments_total{outcome=\"deployed\"} 0.0",
                        "nixfleet_agent_deployments_total{outcome=\"rolled_back\"} 1.0",
                        "nixfleet_agent_phase_duration_seconds_bucket{phase=\"fetching\",le=\"5.0\"}"
                            + " 0",
                        "nixfleet_agent_phase_duration_seconds_bucket{phase=\"fetching\",le=\"15.0\"}"
                            + " 1",
                        "nixfleet_agent_refusals_total{reason=\"no_space\"} 1.0",
                        "nixfleet_agent_unsent_reports 3.0",
                        "nixfleet_agent_refused_systems 2.0",
                        "nixfleet_agent_needs_attention 1.0");
    }

    @Test
    void countsWhatAFetchDoes() {
        everyEventOfAFetch();

        assertThat(lines())
                .contains(
                        "nixfleet_agent_fetch_paths_total{source=\"cache\"} 1.0",
                        "nixfleet_agent_fetch_paths_total{source=\"already_valid\"} 2.0",
                        "nixfleet_agent_fetch_paths_total{source=\"fallback\"} 4.0",
                        "nixfleet_agent_fetch_received_bytes_total{source=\"cache\"} 150.0",
                        "nixfleet_agent_fetch_imported_bytes_total{source=\"cache\"} 400.0",
                        "nixfleet_agent_fetch_imported_bytes_total{source=\"fallback\"} 1000.0",
                        "nixfleet_agent_fetch_narinfo_requests_total 9.0",
                        "nixfleet_agent_fetch_retries_total{cache=\"%s\"} 1.0".formatted(CACHE),
                        "nixfleet_agent_fetch_resumed_transfers_total{cache=\"%s\"} 1.0"
                                .formatted(CACHE),
                        "nixfleet_agent_fetch_cache_errors_total{cache=\"other\"} 2.0",
                        "nixfleet_agent_fetch_cache_set_aside{cache=\"%s\"} 1.0".formatted(CACHE),
                        "nixfleet_agent_fetch_failed_paths_total{reason=\"untrusted\"} 1.0");
    }

    private void everyEventOfAFetch() {
        FetchMetrics fetch = metrics.fetch(Set.of(CACHE));
        fetch.on(new FetchEvent.Walking(3, 5));
        fetch.on(new FetchEvent.Walking(4, 9));
        fetch.on(new FetchEvent.Walking(4, 8));
        fetch.on(
                new FetchEvent.Planned(
                        new ClosurePlan(
                                List.of(path('1')),
                                Set.of(path('5'), path('6')),
                                List.of(),
                                List.of(),
                                List.of())));
        fetch.on(new FetchEvent.PathStarted(path('1'), CACHE, 400));
        fetch.on(new FetchEvent.NarProgress(path('1'), 100, 300));
        fetch.on(new FetchEvent.NarProgress(path('1'), 50, 100));
        fetch.on(
                new FetchEvent.PathDone(
                        new PathResult.Fetched(
                                path('1'),
                                CACHE,
                                new Trust.SignedBy("k"),
                                150,
                                400,
                                Duration.ofSeconds(1))));
        fetch.on(new FetchEvent.PathDone(new PathResult.Refused(path('2'), "no signature")));
        fetch.on(new FetchEvent.Retrying(CACHE, "x", 2, Duration.ofSeconds(1), "reset"));
        fetch.on(new FetchEvent.Resumed(CACHE, "x", 10));
        fetch.on(new FetchEvent.SourceFailed(path('2'), "https://pushed-1.example", "down"));
        fetch.on(new FetchEvent.SourceFailed(path('2'), "https://pushed-2.example", "down"));
        fetch.on(new FetchEvent.CacheSetAside(CACHE, "down"));
        fetch.on(new FetchEvent.FallbackProgress("nix-store", 3, 400, 0));
        fetch.on(new FetchEvent.FallbackProgress("nix-store", 1, 0, 1000));
    }

    @Test
    void asksASetAsideCacheAgainInTheNextFetch() {
        metrics.fetch(Set.of(CACHE)).on(new FetchEvent.CacheSetAside(CACHE, "down"));
        metrics.fetch(Set.of(CACHE));

        assertThat(lines())
                .contains(
                        "nixfleet_agent_fetch_cache_set_aside{cache=\"%s\"} 0.0".formatted(CACHE));
    }

    @Test
    void keepsTheNumberOfSeriesSmallWhateverHappens() {
        for (int i = 0; i < 1000; i++) {
            metrics.healthCheck(
                    "command", new CheckResult.Pass("check-" + i, Duration.ofMillis(1)));
            metrics.fetch(Set.of(CACHE))
                    .on(new FetchEvent.CacheSetAside("https://pushed-%d.example".formatted(i), ""));
        }

        assertThat(lines()).hasSizeLessThan(1000);
    }

    @Test
    void tellsOfTheProcess(@TempDir Path proc) throws Exception {
        Files.writeString(
                Files.createDirectories(proc.resolve("self")).resolve("status"),
                "Name:\tjava\nVmHWM:\t  90000 kB\nVmRSS:\t   65536 kB\nThreads:\t12\n");

        List<String> lines = new AgentMetrics(proc).scrape().lines().toList();

        assertThat(lines).contains("process_resident_memory_bytes 6.7108864E7");
        assertThat(lines)
                .anyMatch(line -> line.matches("process_cpu_seconds_total [0-9.E-]+"))
                .anyMatch(line -> line.matches("process_open_fds [0-9.]+"))
                .anyMatch(line -> line.matches("process_start_time_seconds 1\\.[0-9]+E9"))
                .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\"} "))
                .anyMatch(line -> line.startsWith("jvm_threads_live "))
                .anyMatch(line -> line.startsWith("jvm_gc_collections_total{gc="))
                .anyMatch(line -> line.startsWith("jvm_gc_collection_seconds_total{gc="));
    }

    @Test
    void losesNothingInAGarbageCollection() {
        metrics.generation(path('1'));
        metrics.healthCheck("http", new CheckResult.Pass("api", Duration.ofMillis(20)));
        System.gc();

        assertThat(lines()).noneMatch(line -> line.endsWith(" NaN"));
    }

    @Test
    void describesEveryMetricByTheRulesOfPrometheus() {
        everyEventOfAFetch();
        metrics.generation(path('1'));
        metrics.phaseTook(Phase.APPLYING, Duration.ofSeconds(2));
        metrics.refused(AgentMetrics.Refused.NO_SPACE);
        metrics.healthCheck("http", new CheckResult.Pass("api", Duration.ofMillis(20)));
        String scrape = metrics.scrape();
        var described = new TreeSet<String>();
        var typed = new TreeSet<String>();
        for (String line : scrape.lines().toList()) {
            Optional<String> name =
                    Optional.of(line.split(" ", -1)).filter(w -> w.length > 3).map(w -> w[2]);
            if (line.startsWith("# HELP ")) {
                described.add(name.orElseThrow());
            } else if (line.startsWith("# TYPE ")) {
                typed.add(name.orElseThrow());
                assertThat(name.orElseThrow()).matches("[a-z][a-z0-9_]*");
                assertThat(line.endsWith(" counter")).isEqualTo(name.get().endsWith("_total"));
            }
        }
        assertThat(described).isEqualTo(typed).isNotEmpty();
    }
}

package io.nixfleet.it.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fleet.ControlPlaneHost.Received;
import io.nixfleet.it.host.Await;
import io.nixfleet.it.host.Recipe;
import io.nixfleet.nix.store.StorePath;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cache that fails, or has not everything, and two hosts: one of them may ask nobody else. */
@OnFleet
@Timeout(300)
class CacheFaultsTest {
    private static final int SLOW_BYTES_PER_SECOND = 64 * 1024;

    private static Fleet fleet;
    private static FleetHost open;
    private static FleetHost airGapped;

    @BeforeAll
    static void open(Fleets fleets) {
        fleet =
                fleets.open(
                        Fleet.Plan.of(
                                        FleetHost.Plan.named("open"),
                                        FleetHost.Plan.named("air-gapped")
                                                .with(Map.of("airGapped", true)))
                                .withUpstream());
        open = fleet.host("open");
        airGapped = fleet.host("air-gapped");
        fleet.start();
    }

    @BeforeEach
    void bringBothToTheirFirstSystem() {
        fleet.bringTo("a");
    }

    @AfterEach
    void mend() {
        fleet.cache().mend();
    }

    @Test
    @Scenario(
            value = "The cache goes away and comes back",
            says =
                    "The cache's host shuts down in the middle of a fetch of a host that may ask"
                            + " nobody else, and comes back: the deployment goes on where it was.")
    void goesOnWhenTheCacheIsBack() {
        fleet.cache().serveSlowly(SLOW_BYTES_PER_SECOND);
        StorePath next = fleet.system(airGapped, "large-1", Recipe::large);
        double failedBefore = failedDeployments(airGapped);
        fleet.desire(airGapped, next);
        awaitSomethingFetched(airGapped);

        fleet.cache().host().shutDown();
        fleet.fault("cache", "the cache's host shuts down");
        Await.until(
                "a fetch has failed",
                Await.LIMIT,
                () -> failedDeployments(airGapped) > failedBefore);
        assertThat(airGapped.host().currentSystem()).contains(fleet.system(airGapped, "a"));
        fleet.cache().host().restorePower();
        fleet.cache().serveAtFullSpeed();
        fleet.mended("cache", "it is up again");

        fleet.assertRuns(airGapped, next);
        assertThat(failures(airGapped)).isEmpty();
    }

    @Test
    @Scenario(
            value = "The cache never comes back",
            says =
                    "The cache's host loses its power in the middle of a fetch: the rest comes from"
                            + " upstream.")
    void takesTheRestFromUpstreamWhenTheCacheIsGone() {
        fleet.cache().serveSlowly(SLOW_BYTES_PER_SECOND);
        StorePath next = fleet.system(open, "large-2", Recipe::large);
        fleet.desire(open, next);
        awaitSomethingFetched(open);

        fleet.cache().host().cutPower();
        fleet.fault("cache", "the cache's host is gone for good");

        fleet.assertRuns(open, next);
        assertThat(failures(open)).isEmpty();
        assertThat(realised(open)).isPositive();
    }

    @Test
    @Scenario(
            value = "Paths that only upstream has",
            says =
                    "As with Attic: what the cache lacks is realised, the rest comes from the"
                            + " cache.")
    void realisesWhatOnlyUpstreamHas(Fleets fleets) {
        StorePath next = fleet.system(open, "b");
        Systems.Cache partial = fleets.systems().without("partial-open", files(open, "b"));
        double before = realised(open);

        fleet.desire(open, next, fleet.cache().uri("partial-open"));

        fleet.assertRuns(open, next);
        assertThat(partial.narInfo(next)).exists();
        fleet.awaitMetric(
                "nixfleet_agent_fetch_paths_total{instance=\"%s\",source=\"fallback\"}",
                open, before + files(open, "b").size());
    }

    @Test
    @Scenario(
            value = "Air-gapped, and the cache is complete",
            says = "Everything comes from the fleet's cache; upstream is never asked.")
    void asksNobodyElseWhenAirGapped() {
        int before = requestsOf(airGapped, fleet.upstream());
        StorePath next = fleet.system(airGapped, "b");

        fleet.desire(airGapped, next);

        fleet.assertRuns(airGapped, next);
        assertThat(requestsOf(airGapped, fleet.upstream())).isEqualTo(before);
    }

    @Test
    @Scenario(
            value = "Air-gapped, and the cache lacks a path",
            says =
                    "The host says what is absent and stays as it is; once the path is pushed it"
                            + " deploys without being told again.")
    void waitsForWhatIsAbsentWhenAirGapped(Fleets fleets) throws Exception {
        int before = requestsOf(airGapped, fleet.upstream());
        StorePath next = fleet.system(airGapped, "c");
        StorePath absent = files(airGapped, "c").getFirst();
        Systems.Cache partial = fleets.systems().without("partial-gapped", List.of(absent));
        URI cache = fleet.cache().uri("partial-gapped");

        fleet.desire(airGapped, next, cache);
        fleet.fault("air-gapped", "the cache lacks " + absent.name());

        Received failed =
                fleet.controlPlane()
                        .awaitReport(
                                airGapped.name(),
                                "the fetch failed",
                                0,
                                report ->
                                        !report.success()
                                                && report.message().contains(absent.toString()));
        assertThat(failed.generation()).isEqualTo(fleet.system(airGapped, "a").toString());
        fleet.assertAgree(airGapped, fleet.system(airGapped, "a"));

        Files.copy(fleets.systems().fleet().narInfo(absent), partial.narInfo(absent));
        fleet.mended("air-gapped", "the path was pushed");

        fleet.assertRuns(airGapped, next);
        assertThat(requestsOf(airGapped, fleet.upstream())).isEqualTo(before);
    }

    /** The configuration files of a system, which differ from those of any other. */
    private static List<StorePath> files(FleetHost host, String variant) {
        return Systems.filesOf(fleet.system(host, variant));
    }

    private static void awaitSomethingFetched(FleetHost host) {
        host.agent().awaitPhase("fetching");
        Await.until(
                "something is on its way",
                Await.LIMIT,
                () ->
                        host.agent()
                                .status()
                                .filter(status -> status.at("/progress/done_bytes").asLong() > 0)
                                .isPresent());
    }

    private static double failedDeployments(FleetHost host) {
        return host.agent()
                .metric("nixfleet_agent_deployments_total{outcome=\"failed\"}")
                .orElse(0.0);
    }

    private static List<Received> failures(FleetHost host) {
        return fleet.since(host).stream().filter(report -> !report.success()).toList();
    }

    private static double realised(FleetHost host) {
        return host.agent()
                .metric("nixfleet_agent_fetch_paths_total{source=\"fallback\"}")
                .orElse(0.0);
    }

    private static int requestsOf(FleetHost host, CacheHost cache) {
        String client = " " + host.host().address() + " ";
        return (int) cache.requests().stream().filter(line -> line.contains(client)).count();
    }
}

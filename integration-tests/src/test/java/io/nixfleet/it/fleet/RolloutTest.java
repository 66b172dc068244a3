package io.nixfleet.it.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.it.fleet.ControlPlaneHost.Received;
import io.nixfleet.it.fleet.ControlPlaneHost.Strategy;
import io.nixfleet.it.host.NixVersion;
import io.nixfleet.it.host.Recipe;
import io.nixfleet.nix.store.StorePath;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Releases to five hosts with three versions of Nix, in batches, judged by the control plane. */
@OnFleet
@Timeout(300)
class RolloutTest {
    private static Fleet fleet;

    @BeforeAll
    static void open(Fleets fleets) {
        fleet =
                fleets.open(
                        Fleet.Plan.of(
                                FleetHost.Plan.named("host-1"),
                                FleetHost.Plan.named("host-2").with(NixVersion.NIX_2_26),
                                FleetHost.Plan.named("host-3").with(NixVersion.NIX_2_34),
                                FleetHost.Plan.named("host-4"),
                                FleetHost.Plan.named("host-5").with(NixVersion.NIX_2_34)));
        fleet.start();
    }

    @BeforeEach
    void bringAllToTheirFirstSystem() {
        fleet.bringTo("a");
        fleet.hosts().forEach(fleet::mark);
    }

    @AfterEach
    void endRollouts() {
        fleet.controlPlane().cancelRollouts();
    }

    @Test
    @Scenario(
            value = "Canary first",
            says =
                    "Five hosts with Nix 2.8, 2.26 and 2.34 get a release each: one is deployed and"
                            + " found healthy before the others begin.")
    void deploysACanaryAndThenTheOthers() {
        Map<FleetHost, StorePath> release = release("b", UnaryOperator.identity());

        String rollout = rollOut(release, Strategy.canary("pause"));
        JsonNode ended = fleet.controlPlane().awaitRollout(rollout, "completed");

        List<String> canaries = machines(ended, 0);
        assertThat(canaries).hasSize(1);
        assertThat(machines(ended, 1)).hasSize(4).doesNotContainAnyElementsOf(canaries);
        Instant judged = Instant.EPOCH;
        for (var entry : release.entrySet()) {
            Received deployed = fleet.assertRuns(entry.getKey(), entry.getValue());
            if (canaries.contains(entry.getKey().name())) {
                judged = deployed.at();
            }
        }
        for (var entry : release.entrySet()) {
            if (!canaries.contains(entry.getKey().name())) {
                assertThat(firstOf(entry.getKey(), entry.getValue()).at()).isAfter(judged);
            }
        }
    }

    @Test
    @Scenario(
            value = "A bad canary",
            says = "The canary's system is unhealthy: it rolls back, and nobody else is touched.")
    void stopsAtABadCanary() {
        Map<FleetHost, StorePath> release = release("sick", Recipe::unhealthy);

        String rollout = rollOut(release, Strategy.canary("pause"));
        JsonNode paused = fleet.controlPlane().awaitRollout(rollout, "paused");

        String canary = machines(paused, 0).getFirst();
        for (var entry : release.entrySet()) {
            FleetHost host = entry.getKey();
            if (host.name().equals(canary)) {
                fleet.assertRolledBackTo(host, fleet.system(host, "a"));
                assertThat(host.host().switches()).contains("begin switch " + entry.getValue());
            } else {
                fleet.assertAgree(host, fleet.system(host, "a"));
                assertThat(host.host().isValid(entry.getValue())).isFalse();
            }
        }
    }

    @Test
    @Scenario(
            value = "A bad release is taken back",
            says =
                    "A host of the second batch is unhealthy: the control plane takes the release"
                            + " back from those that have it.")
    void takesABadReleaseBack() {
        var release = new LinkedHashMap<>(release("c", UnaryOperator.identity()));
        FleetHost last = fleet.host("host-5");
        release.put(last, fleet.system(last, "sick", Recipe::unhealthy));

        String rollout = rollOut(release, new Strategy("staged", List.of("2", "100%"), "revert"));
        fleet.controlPlane().awaitRollout(rollout, "failed");

        fleet.assertRolledBackTo(last, fleet.system(last, "a"));
        for (var entry : release.entrySet()) {
            FleetHost host = entry.getKey();
            if (!host.equals(last)) {
                assertThat(firstOf(host, entry.getValue()).success()).isTrue();
                fleet.assertRuns(host, fleet.system(host, "a"));
            }
        }
    }

    private static Map<FleetHost, StorePath> release(String variant, UnaryOperator<Recipe> change) {
        var systems = new LinkedHashMap<FleetHost, StorePath>();
        fleet.hosts().forEach(host -> systems.put(host, fleet.system(host, variant, change)));
        return systems;
    }

    private static String rollOut(Map<FleetHost, StorePath> release, Strategy strategy) {
        var systems = new LinkedHashMap<String, StorePath>();
        release.forEach((host, system) -> systems.put(host.name(), system));
        String id = fleet.controlPlane().release(systems, fleet.cache().uri(Systems.WHOLE));
        fleet.note("rollout by the strategy " + strategy.name());
        return fleet.controlPlane().rollOut(id, strategy, fleet.names());
    }

    private static List<String> machines(JsonNode rollout, int batch) {
        return rollout.path("batches")
                .path(batch)
                .path("machine_ids")
                .valueStream()
                .map(JsonNode::asText)
                .toList();
    }

    /** The first report of a host that it runs a system. */
    private static Received firstOf(FleetHost host, StorePath system) {
        return fleet.since(host).stream()
                .filter(report -> report.generation().equals(system.toString()))
                .findFirst()
                .orElseThrow();
    }
}

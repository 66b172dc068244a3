package io.nixfleet.it.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fleet.ControlPlaneHost.Received;
import io.nixfleet.it.fleet.ControlPlaneHost.Strategy;
import io.nixfleet.it.host.Await;
import io.nixfleet.it.host.Recipe;
import io.nixfleet.nix.store.StorePath;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A system that takes its own host off the network. */
@OnFleet
@Timeout(300)
class BrokenNetworkTest {
    @Test
    @Scenario(
            value = "A deploy that breaks its host's network",
            says =
                    "The host rolls back by itself, says so once its link is back, and the rollout"
                            + " stops there.")
    void rollsBackByItselfAndSaysSoOnceItCan(Fleets fleets) {
        Fleet fleet =
                fleets.open(
                        Fleet.Plan.of(
                                FleetHost.Plan.named("host-1").with(Map.of("confirmTimeout", 5)),
                                FleetHost.Plan.named("host-2").with(Map.of("confirmTimeout", 5))));
        fleet.start();
        fleet.bringTo("a");
        fleet.hosts().forEach(fleet::mark);
        var systems = new LinkedHashMap<String, StorePath>();
        for (FleetHost host : fleet.hosts()) {
            systems.put(host.name(), fleet.system(host, "cut-off", Recipe::cuttingTheNetwork));
        }
        String release = fleet.controlPlane().release(systems, fleet.cache().uri(Systems.WHOLE));

        String rollout =
                fleet.controlPlane().rollOut(release, Strategy.canary("pause"), fleet.names());
        String canary =
                fleet.controlPlane().rollout(rollout).at("/batches/0/machine_ids/0").asText();
        FleetHost host = fleet.host(canary);
        Await.until(
                "the host is off the network",
                Await.LIMIT,
                () ->
                        host.host()
                                .shell("cat /sys/class/net/eth0/operstate")
                                .strip()
                                .equals("down"));
        fleet.fault(canary, "its new system takes the link down");

        Received report = fleet.assertRolledBackTo(host, fleet.system(host, "a"));

        fleet.mended(canary, "the former system brings it up again");
        assertThat(report.message()).contains("control plane");
        fleet.controlPlane().awaitRollout(rollout, "paused");
        for (FleetHost other : fleet.hosts()) {
            if (!other.equals(host)) {
                fleet.assertAgree(other, fleet.system(other, "a"));
                assertThat(other.host().switches())
                        .doesNotContain("begin switch " + systems.get(other.name()));
            }
        }
        assertThat(fleet.since(host))
                .extracting(Received::message)
                .filteredOn(message -> !message.equals("health-check"))
                .doesNotHaveDuplicates()
                .doesNotContain("deployed");
    }
}

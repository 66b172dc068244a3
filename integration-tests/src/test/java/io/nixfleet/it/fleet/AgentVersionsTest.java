package io.nixfleet.it.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fleet.ControlPlaneHost.Received;
import io.nixfleet.it.host.Await;
import io.nixfleet.it.host.HostAgent;
import io.nixfleet.it.host.Recipe;
import io.nixfleet.nix.store.StorePath;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent that is replaced by a newer one, whose database has a table more, and put back. */
@OnFleet
@Timeout(300)
class AgentVersionsTest {
    private static final String HOME = "/opt/nixfleet-agent";
    private static final String OLD = "/opt/nixfleet-agent-old";
    private static final String NEW = "/opt/nixfleet-agent-new";
    private static final String STATE = "/var/lib/nixfleet/";

    @Test
    @Scenario(
            value = "A newer agent, and back",
            says =
                    "The newer agent brings the database forward and goes on where the older one"
                        + " was; the older one leaves a newer database alone, says so and works.")
    void bringsTheDatabaseForwardAndNeverBack(Fleets fleets, @TempDir Path directory)
            throws Exception {
        Fleet fleet =
                fleets.open(
                        Fleet.Plan.of(
                                FleetHost.Plan.named("host-1").with(Map.of("verifyTimeout", 30))));
        FleetHost member = fleet.host("host-1");
        install(member, NewerAgent.jar(directory));
        fleet.start();
        fleet.bringTo("a");
        StorePath refused = fleet.system(member, "bad", Recipe::withFailingUnit);
        fleet.desire(member, refused);
        fleet.assertRolledBackTo(member, fleet.system(member, "a"));

        // In the middle of a deployment, with a refusal on record.
        member.host().holdSwitchAt("activated");
        StorePath next = fleet.system(member, "b");
        fleet.desire(member, next);
        member.host().awaitSwitchAt("activated");
        use(member, NEW);
        fleet.note(member, "the newer agent takes over in the middle of a switch");
        member.host().letSwitchGoOn("activated");

        fleet.assertRuns(member, next);
        assertThat(fleet.since(member).stream().map(Received::message))
                .containsOnlyOnce("deployed");
        assertThat(member.host().switches())
                .filteredOn(line -> line.equals("begin switch " + next))
                .hasSize(1);
        assertThat(setAside(member)).isEmpty();

        use(member, OLD);
        fleet.note(member, "the older agent is back");

        assertThat(setAside(member)).hasSize(1);
        assertThat(member.host().journal(HostAgent.UNIT))
                .contains("from a newer agent; this one knows up to");
        StorePath last = fleet.system(member, "c");
        fleet.desire(member, last);
        fleet.assertRuns(member, last);
        assertThat(setAside(member)).hasSize(1);
    }

    private static void install(FleetHost member, Path newerJar) {
        member.host().run("mv", HOME, OLD);
        member.host().run("cp", "-a", OLD, NEW);
        member.host().run("ln", "-s", OLD, HOME);
        // Of other classes; without it the agent starts slower.
        member.host().run("rm", NEW + "/lib/nixfleet-agent.aot");
        member.host().copy(newerJar, 0644, NEW + "/lib/" + newerJar.getFileName());
    }

    private static void use(FleetHost member, String home) {
        member.host().run("ln", "-sfn", home, HOME);
        member.host().run("systemctl", "restart", HostAgent.UNIT);
        Await.until("it answers", Await.LIMIT, () -> member.agent().status().isPresent());
    }

    /** Databases that were moved out of the way. */
    private static List<String> setAside(FleetHost member) {
        return member.host()
                .shell("ls " + STATE)
                .lines()
                .filter(name -> name.startsWith("state.db.") && name.contains("newer"))
                .filter(name -> !name.endsWith("-wal") && !name.endsWith("-shm"))
                .toList();
    }
}

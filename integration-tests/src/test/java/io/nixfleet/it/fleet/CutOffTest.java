package io.nixfleet.it.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fleet.ControlPlaneHost.Received;
import io.nixfleet.it.host.Await;
import io.nixfleet.it.host.HostAgent;
import io.nixfleet.it.host.Recipe;
import io.nixfleet.nix.store.StorePath;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A control plane that is cut off for ten minutes of its agents, whose time passes twenty times
 * faster than that of the machine: with their intervals as they are by default.
 */
@OnFleet
@Timeout(300)
class CutOffTest {
    private static final int FACTOR = 20;
    private static final Duration AWAY = Duration.ofMinutes(10);

    /** The daemon of the package, but for the time that it is given. */
    private static final String LAUNCHER =
            """
            #!/bin/sh
            home=/opt/nixfleet-agent
            exec $home/runtime/bin/java @$home/lib/jvm.options -Xmx96m "-Djava.library.path=$home/lib" \\
                -cp "/opt/quick-agent.jar:$home/lib/*" io.nixfleet.agent.cli.QuickAgent %d "$@"
            """
                    .formatted(FACTOR);

    private static final Map<String, Object> DEFAULT_INTERVALS =
            Map.of(
                    "pollInterval", 60,
                    "retryInterval", 30,
                    "healthInterval", 60,
                    "settleTime", 5,
                    "verifyTimeout", 120);

    @Test
    @Scenario(
            value = "The control plane is cut off for ten minutes",
            says =
                    "One host deploys and another rolls back meanwhile. Their reports wait, and"
                        + " arrive in order, each once; the verdicts are those that they earned.")
    void drainsWhatWaitedInOrder(Fleets fleets) {
        Fleet fleet =
                fleets.open(
                        Fleet.Plan.of(
                                FleetHost.Plan.named("sound").with(DEFAULT_INTERVALS),
                                FleetHost.Plan.named("sick").with(DEFAULT_INTERVALS)));
        fleet.hosts().forEach(CutOffTest::makeQuick);
        fleet.start();
        fleet.bringTo("a");
        FleetHost sound = fleet.host("sound");
        FleetHost sick = fleet.host("sick");
        StorePath good = fleet.system(sound, "b");
        StorePath bad = fleet.system(sick, "bad", Recipe::unhealthy);
        sound.host().holdSwitchAt("begin");
        sick.host().holdSwitchAt("begin");
        fleet.desire(sound, good);
        fleet.desire(sick, bad);
        sound.host().awaitSwitchAt("begin");
        sick.host().awaitSwitchAt("begin");
        awaitNoneUnsent(sound);
        awaitNoneUnsent(sick);
        fleet.hosts().forEach(fleet::mark);

        fleet.controlPlane().disconnect();
        fleet.fault("", "the control plane is cut off");
        long cut = System.nanoTime();
        sound.host().letSwitchGoOn("begin");
        sick.host().letSwitchGoOn("begin");
        Await.until(
                "ten minutes of the agents have passed and both have come to an end",
                Await.LIMIT,
                () ->
                        System.nanoTime() - cut > AWAY.dividedBy(FACTOR).toNanos()
                                && sound.agent().phase().equals("idle")
                                && sick.agent().phase().equals("idle"));
        int waitingOfSound = unsent(sound);
        int waitingOfSick = unsent(sick);
        assertThat(waitingOfSound).isGreaterThan(5);
        assertThat(waitingOfSick).isGreaterThan(5);

        fleet.controlPlane().connect();
        fleet.mended("", "the control plane is back");

        awaitNoneUnsent(sound);
        awaitNoneUnsent(sick);
        List<Received> ofSound = fleet.since(sound);
        List<Received> ofSick = fleet.since(sick);
        assertInOrderAndOnce(ofSound);
        assertInOrderAndOnce(ofSick);
        assertThat(ofSound).extracting(Received::message).containsOnlyOnce("deployed");
        assertThat(ofSick)
                .extracting(Received::message)
                .doesNotContain("deployed")
                .anyMatch(message -> message.startsWith("rolled back: "));
        assertThat(ofSound).hasSizeGreaterThanOrEqualTo(waitingOfSound);
        assertThat(ofSick).hasSizeGreaterThanOrEqualTo(waitingOfSick);
        assertThat(spanned(ofSound)).isGreaterThan(AWAY.multipliedBy(3).dividedBy(4));

        fleet.assertRuns(sound, good);
        fleet.assertRolledBackTo(sick, fleet.system(sick, "a"));
        assertThat(fleet.controlPlane().verdict(sound.name())).isEqualTo("healthy");
        assertThat(fleet.controlPlane().verdict(sick.name())).isEqualTo("unhealthy");
        assertThat(ofSick.subList(firstFailure(ofSick), ofSick.size()))
                .as("nothing after the rollback says that all is well with what is wanted")
                .noneMatch(Received::success);
    }

    private static void makeQuick(FleetHost member) {
        Path jar =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> entry.matches(".*/agent-[^/]*-tests\\.jar"))
                        .map(Path::of)
                        .findFirst()
                        .orElseThrow();
        member.host().copy(jar, 0644, "/opt/quick-agent.jar");
        member.host().write("/opt/quick-agent", LAUNCHER);
        member.host().run("chmod", "755", "/opt/quick-agent");
        String command =
                member.host()
                        .read("/etc/systemd/system/" + HostAgent.UNIT)
                        .lines()
                        .filter(line -> line.startsWith("ExecStart="))
                        .findFirst()
                        .orElseThrow();
        assertThat(command).contains("/opt/nixfleet-agent/bin/nixfleet-agent");
        member.host()
                .write(
                        "/etc/systemd/system/" + HostAgent.UNIT + ".d/quick.conf",
                        "[Service]\nExecStart=\n%s\n"
                                .formatted(
                                        command.replace(
                                                "/opt/nixfleet-agent/bin/nixfleet-agent",
                                                "/opt/quick-agent")));
        member.host().run("systemctl", "daemon-reload");
    }

    private static int unsent(FleetHost member) {
        return member.agent()
                .status()
                .map(status -> status.path("unsent_reports").asInt())
                .orElse(-1);
    }

    private static void awaitNoneUnsent(FleetHost member) {
        Await.until("all reports are sent", Await.LIMIT, () -> unsent(member) == 0);
    }

    private static int firstFailure(List<Received> reports) {
        for (int i = 0; i < reports.size(); i++) {
            if (!reports.get(i).success()) {
                return i;
            }
        }
        throw new AssertionError("no failure in " + reports);
    }

    private static void assertInOrderAndOnce(List<Received> reports) {
        assertThat(reports).extracting(CutOffTest::timestamp).isSorted();
        assertThat(reports).extracting(Received::report).doesNotHaveDuplicates();
    }

    private static Instant timestamp(Received received) {
        return Instant.parse(received.report().path("timestamp").asText());
    }

    private static Duration spanned(List<Received> reports) {
        return Duration.between(timestamp(reports.getFirst()), timestamp(reports.getLast()));
    }
}

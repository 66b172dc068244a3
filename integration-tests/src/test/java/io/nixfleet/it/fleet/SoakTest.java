package io.nixfleet.it.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.host.Await;
import io.nixfleet.it.host.HostAgent;
import io.nixfleet.it.host.Recipe;
import io.nixfleet.it.host.SystemHost;
import io.nixfleet.nix.store.StorePath;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Deployments in a row between two systems, with faults: what an agent takes does not grow.
 *
 * <p>{@code -Dnixfleet.soak.deploys=200} makes it long, {@code -Dnixfleet.soak.seed=N} repeats one.
 */
@OnFleet
class SoakTest {
    private static final int DEPLOYS = Integer.getInteger("nixfleet.soak.deploys", 20);
    private static final long SEED = Long.getLong("nixfleet.soak.seed", System.nanoTime());
    private static final int SETTLED_AFTER = 10;

    /** What the resident memory of one process differs from one moment at rest to another. */
    private static final double TOLERANCE = 1.05;

    /** The battered host's agent is another process each time, younger or older than the first. */
    private static final double OTHER_PROCESS = 1.1;

    /** Threads of the JVM's compilers, a connection of who asks for metrics. */
    private static final int COMING_AND_GOING = 3;

    /** SQLite begins it anew once it has a thousand pages. */
    private static final long LONGEST_DATABASE_LOG = 5 << 20;

    /** The agent hands back what it does not need once it has rested. */
    private static final Duration REST = Duration.ofSeconds(20);

    /** What goes wrong on the way to a system. */
    private enum Fault {
        NONE,
        CACHE_FAILS,
        CACHE_RESTARTS,
        CONTROL_PLANE_FAILS,
        CONTROL_PLANE_UNREACHABLE,
        GARBAGE_COLLECTION,
        SICK_SYSTEM,
        AGENT_KILLED,
        POWER_LOSS
    }

    @Test
    @Timeout(3600)
    @Scenario(
            value = "Soak",
            says =
                    "Deployments in a row between two systems with random faults. One host keeps"
                        + " its agent all the time, the other loses its agent and its power, too.")
    void takesNoMoreAtTheEndThanAfterTheTenth(Fleets fleets, @TempDir Path directory) {
        Fleet fleet =
                fleets.open(
                        Fleet.Plan.of(
                                        FleetHost.Plan.named("steady"),
                                        FleetHost.Plan.named("battered"))
                                .withUpstream());
        fleet.note("seed " + SEED);
        Path state = LongLife.database(directory);
        for (FleetHost member : fleet.hosts()) {
            member.host().run("mkdir", "-p", "/var/lib/nixfleet");
            member.host().copy(state, 0600, "/var/lib/nixfleet/state.db");
        }
        fleet.start();
        fleet.bringTo("a");
        FleetHost steady = fleet.host("steady");
        FleetHost battered = fleet.host("battered");
        String process = steady.agent().mainPid();
        var random = new Random(SEED);
        var settled = new LinkedHashMap<FleetHost, Taken>();

        for (int deploy = 1; deploy <= DEPLOYS; deploy++) {
            String variant = deploy % 2 == 0 ? "a" : "b";
            Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
            deploy(fleet, fault, steady, battered, variant);
            if (deploy == SETTLED_AFTER) {
                fleet.hosts().forEach(member -> settled.put(member, taken(member)));
                fleet.note("after %d deploys: %s".formatted(deploy, settled.values()));
            }
        }

        assertThat(settled).hasSize(2);
        assertThat(steady.agent().mainPid()).as("the steady agent's process").isEqualTo(process);
        for (var entry : settled.entrySet()) {
            FleetHost member = entry.getKey();
            Taken before = entry.getValue();
            Taken after = taken(member);
            String said =
                    "%s after %d deploys: %s, after the %dth: %s, seed %d"
                            .formatted(member.name(), DEPLOYS, after, SETTLED_AFTER, before, SEED);
            System.out.println(said);
            fleet.note(member, said);
            assertThat(after.residentKiB())
                    .as(said)
                    .isLessThanOrEqualTo(
                            (long)
                                    (before.residentKiB()
                                            * (member.equals(steady) ? TOLERANCE : OTHER_PROCESS)));
            assertThat(after.descriptors())
                    .as(said)
                    .isLessThanOrEqualTo(before.descriptors() + COMING_AND_GOING);
            assertThat(after.threads())
                    .as(said)
                    .isLessThanOrEqualTo(before.threads() + COMING_AND_GOING);
            assertThat(after.databaseBytes()).as(said).isLessThanOrEqualTo(before.databaseBytes());
            assertThat(after.databaseLogBytes()).as(said).isLessThan(LONGEST_DATABASE_LOG);
        }
    }

    private static void deploy(
            Fleet fleet, Fault fault, FleetHost steady, FleetHost battered, String variant) {
        if (fault != Fault.NONE) {
            fleet.fault("", fault.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        switch (fault) {
            case NONE -> {}
            case CACHE_FAILS -> fleet.cache().failAll();
            case CACHE_RESTARTS -> fleet.cache().host().run("systemctl", "restart", "nginx");
            case CONTROL_PLANE_FAILS ->
                    fleet.controlPlane().fault("{\"kind\":\"status\",\"status\":500,\"times\":5}");
            case CONTROL_PLANE_UNREACHABLE ->
                    fleet.controlPlane().fault("{\"kind\":\"close\",\"times\":8}");
            case GARBAGE_COLLECTION -> fleet.hosts().forEach(SoakTest::forget);
            case SICK_SYSTEM -> deploySick(fleet, steady);
            case AGENT_KILLED, POWER_LOSS -> {}
        }
        for (FleetHost member : fleet.hosts()) {
            fleet.desire(member, fleet.system(member, variant));
        }
        if (fault == Fault.AGENT_KILLED) {
            battered.agent().kill();
        } else if (fault == Fault.POWER_LOSS) {
            battered.host().losePower();
        }
        for (FleetHost member : fleet.hosts()) {
            fleet.assertRuns(member, fleet.system(member, variant));
        }
        fleet.cache().serveAtFullSpeed();
    }

    private static void deploySick(Fleet fleet, FleetHost member) {
        StorePath former = member.host().currentSystem().orElseThrow();
        fleet.desire(member, fleet.system(member, "sick", Recipe::unhealthy));
        fleet.assertRolledBackTo(member, former);
    }

    /** So that the next deployment has something to fetch. */
    private static void forget(FleetHost member) {
        SystemHost host = member.host();
        host.run(
                "nix-env",
                "--profile",
                "/nix/var/nix/profiles/system",
                "--delete-generations",
                "old");
        host.shell("ln -sfn $(readlink /run/current-system) /run/booted-system");
        host.collectGarbage();
    }

    /** What an agent takes of its host at rest. */
    private record Taken(
            long residentKiB,
            long descriptors,
            long threads,
            long databaseBytes,
            long databaseLogBytes) {}

    private static Taken taken(FleetHost member) {
        SystemHost host = member.host();
        long rested = System.nanoTime() + REST.toNanos();
        Await.until("it has rested", Await.LIMIT, () -> System.nanoTime() > rested);
        member.agent().awaitPhase("idle");
        String process = "/proc/" + host.property(HostAgent.UNIT, "MainPID");
        return new Taken(
                number(host, "awk '/^VmRSS/ {print $2}' %s/status".formatted(process)),
                number(host, "ls %s/fd | wc -l".formatted(process)),
                number(host, "ls %s/task | wc -l".formatted(process)),
                number(host, "stat --format=%s /var/lib/nixfleet/state.db"),
                number(host, "stat --format=%s /var/lib/nixfleet/state.db-wal"));
    }

    private static long number(SystemHost host, String command) {
        return Long.parseLong(host.shell(command).strip());
    }
}

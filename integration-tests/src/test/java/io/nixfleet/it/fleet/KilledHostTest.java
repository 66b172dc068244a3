package io.nixfleet.it.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fleet.ControlPlaneHost.Received;
import io.nixfleet.it.host.HostAgent;
import io.nixfleet.it.host.Recipe;
import io.nixfleet.it.host.SystemHost;
import io.nixfleet.nix.store.StorePath;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A host that loses its power in each phase of a deployment, and one that reboots. */
@OnFleet
@Timeout(300)
class KilledHostTest {
    private static final int SLOW_BYTES_PER_SECOND = 64 * 1024;

    /** A check that passes once it is let go on. */
    private static final Map<String, Object> HELD_CHECK =
            Map.of(
                    "name",
                    "held",
                    "timeout",
                    60,
                    "command",
                    "mkdir -p /run/nixfleet-test && cd /run/nixfleet-test && if [ -e hold-health ];"
                        + " then : >reached-health; while [ -e hold-health ]; do sleep 0.1; done;"
                        + " fi");

    private static Fleet fleet;
    private static FleetHost member;
    private static int systems;

    private StorePath former;

    /** Where the host is when its power goes, and what becomes of the deployment. */
    enum Phase {
        CHECKING(true) {
            @Override
            StorePath reach(SystemHost host) {
                // The room in /boot is the last that it asks for then.
                host.delay("statfs", "/boot", HostAgent.UNIT);
                StorePath next = sound();
                fleet.desire(member, next);
                member.agent().awaitPhase("checking");
                return next;
            }
        },
        FETCHING(true) {
            @Override
            StorePath reach(SystemHost host) {
                fleet.cache().serveSlowly(SLOW_BYTES_PER_SECOND);
                StorePath next = fleet.system(member, "large", Recipe::large);
                fleet.desire(member, next);
                member.agent().awaitPhase("fetching");
                return next;
            }
        },
        BEFORE_THE_PROFILE(false) {
            @Override
            StorePath reach(SystemHost host) {
                return heldAt(host, "nix-env *--set *", sound());
            }
        },
        BEFORE_THE_SWITCH(false) {
            @Override
            StorePath reach(SystemHost host) {
                return heldAt(host, "systemd-run *nixfleet-switch-*", sound());
            }
        },
        APPLYING(true) {
            @Override
            StorePath reach(SystemHost host) {
                host.holdSwitchAt("activated");
                StorePath next = sound();
                fleet.desire(member, next);
                host.awaitSwitchAt("activated");
                return next;
            }
        },
        VERIFYING(true) {
            @Override
            StorePath reach(SystemHost host) {
                host.holdSwitchAt("health");
                StorePath next = sound();
                fleet.desire(member, next);
                host.awaitSwitchAt("health");
                assertThat(member.agent().phase()).isEqualTo("verifying");
                return next;
            }
        },
        ROLLING_BACK(false) {
            @Override
            StorePath reach(SystemHost host) {
                StorePath bad = fleet.system(member, "failing", Recipe::withFailingUnit);
                heldAt(host, "nix-env *--switch-generation *", bad);
                assertThat(member.agent().phase()).isEqualTo("rolling_back");
                return bad;
            }
        },
        REPORTING(true) {
            @Override
            StorePath reach(SystemHost host) {
                StorePath next = heldAt(host, "systemctl stop nixfleet-switch-*", sound());
                assertThat(member.agent().phase()).isEqualTo("reporting");
                return next;
            }
        };

        private final boolean deployed;

        Phase(boolean deployed) {
            this.deployed = deployed;
        }

        /** Lets a deployment get there, and hold; of which system. */
        abstract StorePath reach(SystemHost host);

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }

        private static StorePath sound() {
            return fleet.system(member, "next-" + ++systems);
        }

        private static StorePath heldAt(SystemHost host, String command, StorePath next) {
            host.holdCommand(command);
            fleet.desire(member, next);
            host.awaitCommand();
            return next;
        }
    }

    @BeforeAll
    static void open(Fleets fleets) {
        var checks = new HashMap<>(HostAgent.WEB_CHECKS);
        checks.put("command", List.of(HELD_CHECK));
        fleet =
                fleets.open(
                        Fleet.Plan.of(
                                FleetHost.Plan.named("host-1")
                                        .with(
                                                Map.of(
                                                        "healthChecks",
                                                        checks,
                                                        "confirmTimeout",
                                                        30))));
        member = fleet.host("host-1");
        member.host().makeHoldable("nix-env", "systemd-run", "systemctl");
        fleet.start();
    }

    @BeforeEach
    void bringToASystemOfItsOwn() {
        member.host().letGoOn();
        fleet.cache().serveAtFullSpeed();
        former = fleet.system(member, "former-" + ++systems);
        fleet.desire(member, former);
        fleet.assertRuns(member, former);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @Scenario(
            value = "A host loses its power",
            says = "In each phase of a deployment; it comes back and ends what it had begun.")
    void endsWhatItHadBegun(Phase phase) {
        StorePath next = phase.reach(member.host());

        fleet.fault(member.name(), "it loses its power");
        member.host().cutPower();
        fleet.cache().serveAtFullSpeed();
        member.host().restorePower();
        fleet.mended(member.name(), "it is up again");

        if (phase.deployed) {
            fleet.assertRuns(member, next);
        } else {
            fleet.assertRolledBackTo(member, former);
        }
        assertThat(
                        fleet.since(member).stream()
                                .map(Received::message)
                                .filter(
                                        message ->
                                                message.equals("deployed")
                                                        || message.startsWith("rolled back")))
                .hasSize(1);
    }

    @Test
    @Scenario(
            value = "Reboot into a system that was only put into the boot loader",
            says =
                    "After `deploy --action boot` the host runs on as it is; its reboot brings the"
                            + " system.")
    void rebootsIntoWhatTheBootLoaderHas() {
        StorePath next = fleet.system(member, "boot-" + ++systems);
        fleet.controlPlane().desireNothing(member.name());
        fleet.controlPlane().awaitNextPoll(member.name());

        assertThat(
                        member.agent()
                                .command(
                                        "deploy",
                                        next.toString(),
                                        "--cache-url",
                                        fleet.cache().uri(Systems.WHOLE).toString(),
                                        "--action",
                                        "boot",
                                        "--wait")
                                .exitCode())
                .isZero();
        assertThat(member.host().currentSystem()).contains(former);
        assertThat(member.host().profileSystem()).contains(next);
        int before = fleet.controlPlane().reports(member.name()).size();

        fleet.note(member, "reboots");
        member.host().reboot();

        fleet.controlPlane()
                .awaitReport(
                        member.name(),
                        "it runs " + next,
                        before,
                        report -> report.success() && report.generation().equals(next.toString()));
        fleet.assertAgree(member, next);
    }
}

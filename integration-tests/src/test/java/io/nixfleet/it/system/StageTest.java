package io.nixfleet.it.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.host.Await;
import io.nixfleet.it.host.SystemHost;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.system.Stage.Role;
import io.nixfleet.nix.store.StorePath;
import org.junit.jupiter.api.Test;

/** The stage itself, without an agent: what the other tests take for granted. */
@OnStage
class StageTest {
    @Test
    void hostHasTheVersionsThatItStandsFor(Scene scene) {
        SystemHost host = scene.host();

        assertThat(host.run("systemctl", "--version")).startsWith("systemd 252 ");
        assertThat(host.run("nix-store", "--version")).contains("2.8.");
        assertThat(host.run("systemctl", "is-active", "nix-daemon.socket").strip())
                .isEqualTo("active");
        assertThat(host.currentSystem()).isEmpty();
        assertThat(host.profileSystem()).isEmpty();
    }

    @Test
    void hostRunsThePackagedAgent(Scene scene) {
        assertThat(scene.host().run(SystemHost.AGENT + "/bin/nixfleet-agent", "--version"))
                .contains("nixfleet-agent");
    }

    @Test
    void nixFetchesASystemThroughItsDaemon(Scene scene) {
        StorePath system = scene.system(Role.A);

        fetch(scene, Role.A);

        assertThat(scene.host().isValid(system)).isTrue();
        scene.host().run("nix-store", "--verify-path", system.toString());
    }

    @Test
    void switchRunsTheUnitsOfASystem(Scene scene) {
        SystemHost host = scene.host();

        assertThat(deploy(scene, Role.A, "switch").exitCode()).isZero();

        assertThat(host.currentSystem()).contains(scene.system(Role.A));
        assertThat(host.profileGeneration()).contains("system-1-link");
        assertThat(host.get("http://127.0.0.1:8080/")).contains("a\n");

        assertThat(deploy(scene, Role.B, "switch").exitCode()).isZero();

        assertThat(host.currentSystem()).contains(scene.system(Role.B));
        assertThat(host.profileGeneration()).contains("system-2-link");
        assertThat(host.get("http://127.0.0.1:8080/")).contains("b\n");
        assertThat(host.switches())
                .containsExactly(
                        "begin switch " + scene.system(Role.A),
                        "end switch " + scene.system(Role.A) + " 0",
                        "begin switch " + scene.system(Role.B),
                        "end switch " + scene.system(Role.B) + " 0");
    }

    @Test
    void failedUnitsEndASwitchWithFour(Scene scene) {
        Commands.Outcome outcome = deploy(scene, Role.FAILING_UNIT, "switch");

        assertThat(outcome.exitCode()).isEqualTo(4);
        assertThat(outcome.output()).contains("the following units failed: broken.service");
        assertThat(scene.host().currentSystem()).contains(scene.system(Role.FAILING_UNIT));
    }

    @Test
    void failedChecksEndASwitchBeforeItTouchesAnything(Scene scene) {
        deploy(scene, Role.A, "switch");

        assertThat(deploy(scene, Role.REFUSING, "switch").exitCode()).isEqualTo(1);

        assertThat(scene.host().currentSystem()).contains(scene.system(Role.A));
        assertThat(scene.host().read("/boot/default")).contains(scene.system(Role.A).toString());
    }

    @Test
    void otherActionsDoNoMoreThanTheySay(Scene scene) {
        SystemHost host = scene.host();
        deploy(scene, Role.A, "switch");

        Commands.Outcome dry = deploy(scene, Role.B, "dry-activate");
        assertThat(dry.exitCode()).isZero();
        assertThat(dry.output()).contains("would start the following units: web.service");
        assertThat(host.currentSystem()).contains(scene.system(Role.A));

        assertThat(deploy(scene, Role.B, "test").exitCode()).isZero();
        assertThat(host.currentSystem()).contains(scene.system(Role.B));
        assertThat(host.read("/boot/default")).contains(scene.system(Role.A).toString());

        assertThat(deploy(scene, Role.LARGE, "boot").exitCode()).isZero();
        assertThat(host.currentSystem()).contains(scene.system(Role.B));
        assertThat(host.read("/boot/default")).contains(scene.system(Role.LARGE).toString());
    }

    @Test
    void unhealthySystemSaysSo(Scene scene) {
        deploy(scene, Role.UNHEALTHY, "switch");

        assertThat(
                        scene.host()
                                .run(
                                        "curl",
                                        "--silent",
                                        "--output",
                                        "/dev/null",
                                        "--write-out",
                                        "%{http_code}",
                                        "http://127.0.0.1:8080/"))
                .isEqualTo("503");
    }

    @Test
    void heldLockTurnsASwitchAway(Scene scene) {
        SystemHost host = scene.host();
        fetch(scene, Role.A);
        host.holdSwitchLock();

        Commands.Outcome outcome = activate(scene, Role.A, "switch");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.output()).contains("Could not acquire lock");
        host.freeSwitchLock();
        assertThat(activate(scene, Role.A, "switch").exitCode()).isZero();
    }

    @Test
    void switchStopsWhereItIsHeld(Scene scene) {
        SystemHost host = scene.host();
        fetch(scene, Role.A);
        host.holdSwitchAt("activated");
        host.run(
                "systemd-run",
                "--unit=held",
                scene.system(Role.A) + "/bin/switch-to-configuration",
                "switch");

        host.awaitSwitchAt("activated");

        assertThat(host.currentSystem()).contains(scene.system(Role.A));
        assertThat(host.exists("/run/systemd/system/web.service")).isFalse();
        host.letSwitchGoOn("activated");
        Await.until(
                "the switch ends",
                Await.LIMIT,
                () -> host.switches().contains("end switch " + scene.system(Role.A) + " 0"));
    }

    @Test
    void rebootKeepsStoreAndProfileAndBringsTheSystemUp(Scene scene) {
        SystemHost host = scene.host();
        deploy(scene, Role.A, "switch");
        deploy(scene, Role.B, "test");
        String boot = host.read("/proc/sys/kernel/random/boot_id");
        host.shell(": >/run/gone-with-a-reboot");

        host.reboot();

        assertThat(host.exists("/run/gone-with-a-reboot")).as(boot).isFalse();
        assertBootedInto(scene, Role.A);

        deploy(scene, Role.B, "boot");
        host.losePower();

        assertBootedInto(scene, Role.B);
    }

    private static void assertBootedInto(Scene scene, Role role) {
        SystemHost host = scene.host();
        assertThat(host.currentSystem()).contains(scene.system(role));
        assertThat(host.isValid(scene.system(role))).isTrue();
        assertThat(host.profileSystem()).isPresent();
        Await.until(
                "the web server runs",
                Await.LIMIT,
                () -> host.get("http://127.0.0.1:8080/").isPresent());
    }

    @Test
    void networkIsCutAndRestored(Scene scene) {
        SystemHost host = scene.host();
        String cache = scene.stage().cache() + "/nix-cache-info";
        deploy(scene, Role.A, "switch");
        assertThat(host.get(cache)).isPresent();

        host.disconnect();
        assertThat(host.get(cache)).isEmpty();
        host.connect();
        assertThat(host.get(cache)).isPresent();

        deploy(scene, Role.CUT_OFF, "switch");
        assertThat(host.get(cache)).isEmpty();
        activate(scene, Role.A, "switch");
        assertThat(host.get(cache)).isPresent();
    }

    @Test
    void garbageCollectionKeepsWhatRunsAndNothingElse(Scene scene) {
        SystemHost host = scene.host();
        deploy(scene, Role.A, "test");
        fetch(scene, Role.B);
        host.run("rm", "-f", "/nix/var/nix/profiles/system", "/nix/var/nix/profiles/system-1-link");

        host.collectGarbage();

        assertThat(host.isValid(scene.system(Role.A))).isTrue();
        assertThat(host.isValid(scene.system(Role.B))).isFalse();
    }

    private static void fetch(Scene scene, Role role) {
        scene.host()
                .run(
                        "nix",
                        "--extra-experimental-features",
                        "nix-command",
                        "copy",
                        "--from",
                        scene.stage().cache().toString(),
                        scene.system(role).toString());
    }

    /** As an agent does it, by Nix's own programs. */
    private static Commands.Outcome deploy(Scene scene, Role role, String action) {
        fetch(scene, role);
        if (!action.equals("dry-activate")) {
            scene.host()
                    .run(
                            "nix-env",
                            "--profile",
                            "/nix/var/nix/profiles/system",
                            "--set",
                            scene.system(role).toString());
        }
        return activate(scene, role, action);
    }

    private static Commands.Outcome activate(Scene scene, Role role, String action) {
        return scene.host()
                .tryRun(
                        "systemd-run",
                        "--wait",
                        "--pipe",
                        "--collect",
                        "--quiet",
                        "--service-type=exec",
                        scene.system(role) + "/bin/switch-to-configuration",
                        action);
    }
}

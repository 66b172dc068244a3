package io.nixfleet.it.host;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** A host with systemd as init and a Nix daemon; closing it destroys it. */
public final class SystemHost implements AutoCloseable {
    /** Where the agent's package is on it. */
    public static final String AGENT = "/opt/nixfleet-agent";

    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(60);
    private static final int STOP_SECONDS = 20;
    private static final String PROFILE = "/nix/var/nix/profiles/system";

    private static final String HOLDABLE =
            """
            #!/bin/sh
            name=${0##*/}
            hold=/run/nixfleet-test/hold-command
            if read -r pattern 2>/dev/null <$hold; then
                case "$name $*" in
                    $pattern)
                        : >/run/nixfleet-test/reached-command
                        while [ -e $hold ]; do sleep 0.1; done
                        ;;
                esac
            fi
            exec /usr/bin/$name "$@"
            """;

    private static final String DELAYER = "delayer.service";
    private static final String LOCK_HOLDER = "lock-holder.service";

    private static final String NIX_CONF =
            """
            substituters =
            sandbox = false
            build-users-group = nixbld
            """;

    private final Setup setup;
    private final GenericContainer<?> container;

    private SystemHost(Setup setup, GenericContainer<?> container) {
        this.setup = setup;
        this.container = container;
    }

    /**
     * What a host is made of.
     *
     * @param name its host name, and its machine id at the control plane
     * @param image of {@link Images}
     * @param nixConf lines of nix.conf
     * @param place in a network of its own; without one it is in the engine's default network
     * @param folders of this machine that it can read, by where they are on it
     */
    public record Setup(
            String name,
            String image,
            String nixConf,
            Optional<Network.Place> place,
            Map<String, Path> folders) {
        /** One in the engine's default network, with the Nix of Debian 12. */
        public static Setup alone(String trustedKey) {
            return new Setup(
                    "host", Images.host(), trusting(trustedKey), Optional.empty(), Map.of());
        }

        /** Of nix.conf: its daemon accepts what is signed with one of these keys. */
        public static String trusting(String... keys) {
            return "trusted-public-keys = %s\n".formatted(String.join(" ", keys));
        }
    }

    /** Boots one; returns once systemd has settled. */
    public static SystemHost boot(Setup setup) {
        var container =
                new GenericContainer<>(DockerImageName.parse(setup.image()))
                        .withImagePullPolicy(_ -> false)
                        .withTmpFs(Map.of("/run", "rw,exec,mode=755", "/tmp", "rw,exec"))
                        .withCopyToContainer(
                                Transferable.of(NIX_CONF + setup.nixConf()), "/etc/nix/nix.conf")
                        .withCreateContainerCmdModifier(
                                command -> {
                                    command.withStopSignal("SIGRTMIN+3").withHostName(setup.name());
                                    HostConfig config =
                                            Objects.requireNonNull(command.getHostConfig());
                                    allowSystemd(config);
                                    config.withBinds(binds(setup.folders()));
                                    setup.place().ifPresent(place -> place.take(command));
                                });
        container.start();
        var host = new SystemHost(setup, container);
        try {
            host.awaitBooted();
        } catch (AssertionError e) {
            host.close();
            throw e;
        }
        return host;
    }

    private static List<Bind> binds(Map<String, Path> folders) {
        return folders.entrySet().stream()
                .map(
                        folder ->
                                new Bind(
                                        folder.getValue().toString(),
                                        new Volume(folder.getKey()),
                                        AccessMode.ro))
                .toList();
    }

    /** What systemd needs as the init of a container. */
    private static void allowSystemd(HostConfig config) {
        config.withCgroupnsMode("private")
                .withCapAdd(Capability.SYS_ADMIN, Capability.NET_ADMIN, Capability.SYS_PTRACE)
                .withSecurityOpts(List.of("seccomp=unconfined", "apparmor=unconfined"));
    }

    /** Its host name. */
    public String name() {
        return setup.name();
    }

    /** Its address in its own network. */
    public String address() {
        return setup.place().orElseThrow().address();
    }

    private void awaitBooted() {
        Await.until(
                "systemd has settled",
                Await.LIMIT,
                () -> {
                    String state = tryRun("systemctl", "is-system-running").stdout().strip();
                    return state.equals("running") || state.equals("degraded");
                });
    }

    /** Runs a program to its end, whatever its exit code; a minute at most. */
    public Commands.Outcome tryRun(String... command) {
        var limited = new ArrayList<String>();
        limited.addAll(
                List.of("timeout", "--kill-after=5", String.valueOf(COMMAND_LIMIT.toSeconds())));
        limited.addAll(List.of(command));
        try {
            ExecResult result = container.execInContainer(limited.toArray(String[]::new));
            return new Commands.Outcome(
                    result.getExitCode(), result.getStdout(), result.getStderr());
        } catch (IOException e) {
            throw new AssertionError("cannot run " + limited, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Runs a program that must succeed; what it wrote to standard output. */
    public String run(String... command) {
        Commands.Outcome outcome = tryRun(command);
        if (outcome.exitCode() != 0) {
            throw new AssertionError(
                    "%s ended with %d: %s"
                            .formatted(List.of(command), outcome.exitCode(), outcome.output()));
        }
        return outcome.stdout();
    }

    /** Runs a line of shell that must succeed. */
    public String shell(String line) {
        return run("/bin/sh", "-c", line);
    }

    public boolean exists(String path) {
        return tryRun("test", "-e", path).exitCode() == 0;
    }

    public String read(String path) {
        return run("cat", path);
    }

    public void write(String path, String content) {
        write(path, content, 0644);
    }

    /** For root's eyes only. */
    public void writeSecret(String path, String content) {
        write(path, content, 0600);
    }

    private void write(String path, String content, int mode) {
        container.copyFileToContainer(
                Transferable.of(content.getBytes(StandardCharsets.UTF_8), 0100000 | mode), path);
    }

    /** Copies a file of this machine to it, with this mode. */
    public void copy(Path file, int mode, String path) {
        container.copyFileToContainer(MountableFile.forHostPath(file, mode), path);
    }

    /** Where a link leads in the end; empty when there is none. */
    public Optional<String> resolve(String link) {
        Commands.Outcome outcome = tryRun("readlink", "-e", link);
        return outcome.exitCode() == 0 ? Optional.of(outcome.stdout().strip()) : Optional.empty();
    }

    /** Where {@code /run/current-system} leads. */
    public Optional<StorePath> currentSystem() {
        return storePath("/run/current-system");
    }

    /** What the system profile leads to. */
    public Optional<StorePath> profileSystem() {
        return storePath(PROFILE);
    }

    /** The profile's generation, such as {@code system-2-link}. */
    public Optional<String> profileGeneration() {
        Commands.Outcome outcome = tryRun("readlink", PROFILE);
        return outcome.exitCode() == 0
                ? Optional.of(Path.of(outcome.stdout().strip()).getFileName().toString())
                : Optional.empty();
    }

    private Optional<StorePath> storePath(String link) {
        return resolve(link).map(path -> StorePath.parse(StoreDir.NIX_STORE, path));
    }

    public boolean isValid(StorePath path) {
        return tryRun("nix-store", "--check-validity", path.toString()).exitCode() == 0;
    }

    /** Deletes all that is not reachable from a root. */
    public void collectGarbage() {
        run("nix-store", "--gc");
    }

    /** What switches there were: {@code begin ACTION SYSTEM} and {@code end ACTION SYSTEM CODE}. */
    public List<String> switches() {
        return shell("cat /var/lib/nixfleet-test/actions 2>/dev/null || true").lines().toList();
    }

    /** Makes switches stop at a point (begin, activated, units) until they are let go on. */
    public void holdSwitchAt(String point) {
        shell(
                "mkdir -p /run/nixfleet-test && rm -f /run/nixfleet-test/reached-%1$s && : >/run/nixfleet-test/hold-%1$s"
                        .formatted(point));
    }

    public void awaitSwitchAt(String point) {
        Await.until(
                "a switch is at " + point,
                Await.LIMIT,
                () -> exists("/run/nixfleet-test/reached-" + point));
    }

    public void letSwitchGoOn(String point) {
        run("rm", "-f", "/run/nixfleet-test/hold-" + point);
    }

    /** Makes it possible to {@link #holdCommand hold} these commands. */
    public void makeHoldable(String... commands) {
        for (String command : commands) {
            write("/usr/local/sbin/" + command, HOLDABLE);
            run("chmod", "755", "/usr/local/sbin/" + command);
        }
    }

    /**
     * Makes a command stop before it does anything, until it is let go on.
     *
     * @param pattern of the command with its arguments, as {@code case} of a shell has it
     */
    public void holdCommand(String pattern) {
        shell(
                "mkdir -p /run/nixfleet-test && rm -f /run/nixfleet-test/reached-command"
                        + " && echo '%s' >/run/nixfleet-test/hold-command".formatted(pattern));
    }

    public void awaitCommand() {
        awaitSwitchAt("command");
    }

    /** Lets all go on that is held, and holds nothing any more. */
    public void letGoOn() {
        shell("rm -f /run/nixfleet-test/hold-*");
    }

    /**
     * Makes each call of a system call that concerns a file take a minute, in the main process of a
     * unit, until the host goes down.
     */
    public void delay(String call, String file, String unit) {
        run(
                "systemd-run",
                "--quiet",
                "--unit=" + DELAYER,
                "strace",
                "--follow-forks",
                "--attach=" + property(unit, "MainPID"),
                "--output=/run/nixfleet-test-strace",
                "--trace-path=" + file,
                "--inject=%s:delay_enter=60s".formatted(call));
        Await.until("strace is attached", Await.LIMIT, () -> journal(DELAYER).contains("attached"));
    }

    /** Holds NixOS's lock of switches, as a switch by hand does. */
    public void holdSwitchLock() {
        run("mkdir", "-p", "/run/nixos");
        run(
                "systemd-run",
                "--quiet",
                "--unit=" + LOCK_HOLDER,
                "--collect",
                "flock",
                "/run/nixos/switch-to-configuration.lock",
                "sleep",
                "infinity");
        Await.until(
                "the lock is held",
                Await.LIMIT,
                () ->
                        tryRun(
                                                "flock",
                                                "--nonblock",
                                                "/run/nixos/switch-to-configuration.lock",
                                                "true")
                                        .exitCode()
                                != 0);
    }

    public void freeSwitchLock() {
        run("systemctl", "stop", LOCK_HOLDER);
    }

    /** What a URL answers, as seen from the host; empty unless the answer is a good one. */
    public Optional<String> get(String url) {
        Commands.Outcome outcome =
                tryRun("curl", "--silent", "--fail", "--max-time", "10", "--noproxy", "*", url);
        return outcome.exitCode() == 0 ? Optional.of(outcome.stdout()) : Optional.empty();
    }

    public String journal(String unit) {
        return run("journalctl", "--no-pager", "--output=short-precise", "--unit=" + unit);
    }

    /** Units of deployments that failed and are still there, one a line. */
    public String failedDeployUnits() {
        return run("systemctl", "list-units", "--failed", "--plain", "--no-legend", "nixfleet-*");
    }

    /** One property of a unit, as {@code systemctl show} says it. */
    public String property(String unit, String name) {
        return run("systemctl", "show", "--value", "--property=" + name, unit).strip();
    }

    /** Reboots in good order. */
    public void reboot() {
        docker().restartContainerCmd(container.getContainerId()).withTimeout(STOP_SECONDS).exec();
        awaitBooted();
    }

    /** Pulls the plug, and boots again. */
    public void losePower() {
        cutPower();
        restorePower();
    }

    /** Pulls the plug. */
    public void cutPower() {
        docker().killContainerCmd(container.getContainerId()).exec();
        docker().waitContainerCmd(container.getContainerId()).start().awaitStatusCode();
    }

    /** Shuts down in good order, and stays so. */
    public void shutDown() {
        docker().stopContainerCmd(container.getContainerId()).withTimeout(STOP_SECONDS).exec();
    }

    /** Whether it is up. */
    public boolean isUp() {
        return container.isRunning();
    }

    /** Boots it after {@link #cutPower} or {@link #shutDown}. */
    public void restorePower() {
        docker().startContainerCmd(container.getContainerId()).exec();
        awaitBooted();
    }

    /** Takes it off its network; its own commands can still be run. */
    public void disconnect() {
        run("ip", "link", "set", "eth0", "down");
    }

    public void connect() {
        run("ip", "link", "set", "eth0", "up");
    }

    private DockerClient docker() {
        return container.getDockerClient();
    }

    /** Writes down what it logged and what its units are like, for people. */
    public void dump(Path directory) throws IOException {
        Files.createDirectories(directory);
        var commands =
                Map.of(
                        "journal.txt",
                        new String[] {"journalctl", "--no-pager", "--output=short-precise"},
                        "units.txt",
                        new String[] {"systemctl", "--no-pager", "--full", "status", "*.service"},
                        "profile.txt",
                        new String[] {"/bin/sh", "-c", "ls -l /nix/var/nix/profiles /run /boot"},
                        "switches.txt",
                        new String[] {"cat", "/var/lib/nixfleet-test/actions"});
        for (var entry : commands.entrySet()) {
            Files.writeString(directory.resolve(entry.getKey()), tryRun(entry.getValue()).output());
        }
    }

    @Override
    public void close() {
        container.stop();
    }
}

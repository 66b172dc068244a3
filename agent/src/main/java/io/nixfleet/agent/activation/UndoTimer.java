package io.nixfleet.agent.activation;

import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.time.Ticks;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A transient timer that undoes one deployment, should nobody disarm it: neither an agent that the
 * switch killed nor one that it cut off from the control plane. It does not outlive a restart of
 * the host; the agent that starts then has to see to it.
 */
public final class UndoTimer {
    private final HostPaths paths;
    private final HostCommands commands;
    private final Systemd systemd;
    private final ActivationLimits limits;
    private final Place place;

    /**
     * Where an undo timer's files are.
     *
     * @param deploymentId what it undoes
     * @param directory on a disk, for the script and its marker; only root may write there
     */
    public record Place(String deploymentId, Path directory) {
        public Place {
            if (!deploymentId.matches("[A-Za-z0-9_-]{1,64}")) {
                throw new IllegalArgumentException("a deployment's id is 1 to 64 of [A-Za-z0-9_-]");
            }
        }

        String unit() {
            return "nixfleet-undo-" + deploymentId;
        }

        Path script() {
            return directory.resolve("undo-" + deploymentId + ".sh");
        }

        Path marker() {
            return directory.resolve("undo-" + deploymentId);
        }
    }

    public UndoTimer(
            HostPaths paths,
            HostCommands commands,
            Ticks ticks,
            ActivationLimits limits,
            Place place) {
        this.paths = paths;
        this.commands = commands;
        this.systemd = new Systemd(commands, ticks);
        this.limits = limits;
        this.place = place;
    }

    /**
     * Sets the timer; one that is set is set anew, by systemd itself: should we end meanwhile,
     * there is the former one or the new one, and never none.
     *
     * @param before what to return to
     * @param after how long from now
     */
    public void arm(SystemState before, Duration after) throws HostException, InterruptedException {
        if (Restoration.steps(before).isEmpty()) {
            throw new HostException("there was no system before that an undo could return to");
        }
        String script =
                "# Begun %d ms after it was armed.\n%s".formatted(after.toMillis(), script(before));
        UndoState state = state();
        if (state instanceof UndoState.Armed && isWritten(script)) {
            systemd.restart(place.unit() + ".timer");
            state = state();
            if (state instanceof UndoState.Armed) {
                return;
            }
        }
        state = disarm();
        if (!(state instanceof UndoState.Absent)) {
            throw new HostException("the undo timer %s went off already".formatted(place.unit()));
        }
        write(script);
        systemd.run(
                "arm the undo timer " + place.unit(),
                List.of(
                        "--unit=" + place.unit(),
                        "--description=NixFleet: undo deployment " + place.deploymentId(),
                        "--on-active=" + after.toMillis() + "ms",
                        "--timer-property=AccuracySec=1s",
                        "--property=Type=oneshot",
                        "--property=RemainAfterExit=yes",
                        "--property=TimeoutStartSec=" + longest().toMillis() + "ms",
                        "--property=StandardOutput=journal",
                        "--property=StandardError=journal",
                        "--",
                        "/bin/sh",
                        place.script().toString()));
    }

    private Duration longest() {
        return limits.switching().multipliedBy(3).plus(limits.lock()).plus(limits.commands());
    }

    private String script(SystemState before) throws HostException {
        var search = new ArrayList<String>();
        search.add(commands.environment().getOrDefault("PATH", ""));
        // A closure that is there as long as there is something to undo.
        before.running().map(this::software).ifPresent(search::add);
        search.add("/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        try {
            return UndoScript.of(
                    paths,
                    Stream.of(SwitchUnit.Role.values())
                            .map(role -> new SwitchUnit.Name(place.deploymentId(), role).toString())
                            .toList(),
                    before,
                    limits.switching().plus(limits.lock()),
                    String.join(":", search),
                    place.marker());
        } catch (IllegalArgumentException e) {
            throw new HostException("could not write an undo script: " + e.getMessage(), e);
        }
    }

    private String software(StorePath system) {
        return paths.files(system).resolve("sw/bin").toString();
    }

    private boolean isWritten(String script) throws HostException {
        try {
            return Files.readString(place.script()).equals(script);
        } catch (NoSuchFileException _) {
            return false;
        } catch (IOException e) {
            throw new HostException(
                    "could not read the undo script %s: %s".formatted(place.script(), e), e);
        }
    }

    private void write(String script) throws HostException {
        Path beside = place.directory().resolve("undo-" + place.deploymentId() + ".sh.tmp");
        try {
            Files.createDirectories(place.directory());
            Files.deleteIfExists(place.marker());
            Files.writeString(beside, script);
            try (FileChannel file = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                file.force(true);
            }
            Files.move(
                    beside,
                    place.script(),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new HostException(
                    "could not write the undo script %s: %s".formatted(place.script(), e), e);
        }
    }

    /** What became of the timer. */
    public UndoState state() throws HostException, InterruptedException {
        UnitState timer = systemd.show(place.unit() + ".timer");
        // One that went off and was set anew waits, too.
        boolean waits = timer.active().equals("active") && timer.sub().equals("waiting");
        if (systemd.show(place.unit() + ".service").isBusy()) {
            return new UndoState.Undoing();
        }
        UndoState marked = marked();
        return waits && !marked.wentOff() ? new UndoState.Armed() : marked;
    }

    private UndoState marked() throws HostException {
        String text;
        try {
            text = Files.readString(place.marker()).strip();
        } catch (NoSuchFileException _) {
            return new UndoState.Absent();
        } catch (IOException e) {
            throw new HostException("could not read %s: %s".formatted(place.marker(), e), e);
        }
        if (text.startsWith("undone")) {
            return new UndoState.Undone(text.substring("undone".length()).strip());
        }
        return new UndoState.UndoFailed(
                text.startsWith("failed")
                        ? text.substring("failed".length()).strip()
                        : "the undo was ended in the middle");
    }

    /**
     * Takes the timer away, unless it went off. Only {@link UndoState.Absent} says that nothing
     * will be undone or was.
     */
    public UndoState disarm() throws HostException, InterruptedException {
        systemd.stop(place.unit() + ".timer");
        UndoState state = state();
        if (state instanceof UndoState.Armed) {
            throw new HostException(
                    "systemd did not stop the undo timer %s.timer".formatted(place.unit()));
        }
        if (state instanceof UndoState.Absent) {
            forget();
        }
        return state;
    }

    /** Waits for an undo that is under way to end. */
    public UndoState awaitUndone() throws HostException, InterruptedException {
        systemd.awaitIdle(place.unit() + ".service", longest());
        return state();
    }

    /** Removes what is left of a timer that did its work, once that is known elsewhere. */
    public void forget() throws HostException, InterruptedException {
        systemd.forget(place.unit() + ".service");
        try {
            Files.deleteIfExists(place.marker());
            Files.deleteIfExists(place.script());
        } catch (IOException e) {
            throw new HostException(
                    "could not remove the undo script %s: %s".formatted(place.script(), e), e);
        }
    }
}

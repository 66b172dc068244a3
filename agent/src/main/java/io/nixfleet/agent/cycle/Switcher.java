package io.nixfleet.agent.cycle;

import io.nixfleet.agent.activation.FreeSpace;
import io.nixfleet.agent.activation.HostException;
import io.nixfleet.agent.activation.Restoration;
import io.nixfleet.agent.activation.SwitchResult;
import io.nixfleet.agent.activation.SwitchUnit;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.PhaseResult;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;

/**
 * The work of applying: profile, undo timer, switch. Called again after a restart of the agent, it
 * finds the switch by its unit's name and waits for it; after a restart of the host it says what
 * became of it.
 */
final class Switcher {
    /** Why a deployment is rolled back that its timer undid. */
    static final String UNDONE =
            "the control plane was not reached in time, and the undo timer went off";

    private static final String BOOT_NOTE = "applying-since-boot";

    private final HostTools tools;
    private final StateStore state;
    private final long bootFloor;
    private final Optional<Duration> undoAfter;

    /**
     * @param undoAfter for the timer that undoes the switch should the agent not come back; empty
     *     for no timer
     */
    Switcher(HostTools tools, StateStore state, long bootFloor, Optional<Duration> undoAfter) {
        this.tools = tools;
        this.state = state;
        this.bootFloor = bootFloor;
        this.undoAfter = undoAfter;
    }

    /** Whether the host may have been touched for this deployment, in this boot or an earlier. */
    boolean hasBegun(String id) {
        return state.note(BOOT_NOTE).filter(note -> note.startsWith(id + " ")).isPresent();
    }

    PhaseResult apply(Deployment deployment) throws InterruptedException {
        String id = deployment.request().id();
        boolean here;
        try {
            String mark = id + " " + BootId.current();
            boolean resumed = hasBegun(id);
            here = state.note(BOOT_NOTE).filter(mark::equals).isPresent();
            if (resumed && !here) {
                return afterReboot(deployment);
            }
            if (!resumed) {
                Optional<String> obstacle = obstacle(deployment.request().action());
                if (obstacle.isPresent()) {
                    return new PhaseResult.NotBegun(obstacle.get());
                }
                SystemState now = tools.host().state();
                if (!now.equals(before(deployment))) {
                    return new PhaseResult.HostChanged(now);
                }
            }
            state.note(BOOT_NOTE, mark);
        } catch (IOException e) {
            return new PhaseResult.NotBegun(String.valueOf(e.getMessage()));
        }
        try {
            return begun(deployment, here);
        } catch (HostException e) {
            return new PhaseResult.SwitchBroke(String.valueOf(e.getMessage()));
        }
    }

    private Optional<String> obstacle(Action action) throws HostException, InterruptedException {
        if (!tools.lock().awaitFree(tools.limits().lock())) {
            return Optional.of(
                    "another switch-to-configuration holds %s for more than %d s"
                            .formatted(
                                    tools.paths().switchLock(), tools.limits().lock().toSeconds()));
        }
        // It was enough before the fetch.
        return bootShortage(action);
    }

    /**
     * Why an action's boot loader entries would have too little room; empty if they have enough.
     */
    Optional<String> bootShortage(Action action) throws HostException {
        if (!action.setsProfile() || !Files.isDirectory(tools.paths().boot())) {
            return Optional.empty();
        }
        long free = FreeSpace.bytesAt(tools.paths().boot());
        return free >= bootFloor
                ? Optional.empty()
                : Optional.of(
                        "%s has %d MB free, and --boot-floor asks for %d; remove old generations"
                                .formatted(
                                        tools.paths().boot(),
                                        free / 1_000_000,
                                        bootFloor / 1_000_000));
    }

    private PhaseResult begun(Deployment deployment, boolean resumed)
            throws HostException, InterruptedException {
        String id = deployment.request().id();
        StorePath system = deployment.request().system();
        Action action = deployment.request().action();
        SwitchUnit unit = tools.unit(id, SwitchUnit.Role.DEPLOY);
        if (resumed) {
            Optional<SwitchResult> earlier = await(deployment, unit, Duration.ZERO);
            if (earlier.isPresent()) {
                return undone(id).orElse(result(unit, earlier.get()));
            }
            Optional<PhaseResult> undone = undone(id);
            if (undone.isPresent()) {
                return undone.get();
            }
        }
        if (isUndoable(deployment)) {
            tools.undo(id).arm(before(deployment), undoAfter.orElseThrow());
        }
        if (action.setsProfile()) {
            tools.host().setProfile(system);
        }
        unit.start(system, action);
        SwitchResult ended =
                await(deployment, unit, keepEvery())
                        .orElse(new SwitchResult.Lost("systemd does not know its unit any more"));
        return undone(id).orElse(result(unit, ended));
    }

    private boolean isUndoable(Deployment deployment) {
        return deployment.request().action().activates()
                && undoAfter.isPresent()
                && canBeUndone(deployment);
    }

    private Duration keepEvery() {
        return undoAfter.map(after -> after.dividedBy(2)).orElse(Duration.ZERO);
    }

    /**
     * @param first when to set the undo timer anew for the first time
     */
    private Optional<SwitchResult> await(Deployment deployment, SwitchUnit unit, Duration first)
            throws HostException, InterruptedException {
        if (!isUndoable(deployment)) {
            return unit.await();
        }
        try (var _ =
                UndoKeeper.of(
                        tools,
                        deployment.request().id(),
                        before(deployment),
                        undoAfter.orElseThrow(),
                        first)) {
            return unit.await();
        }
    }

    /** Whether the timer went off, which waits for the end of a switch. */
    private Optional<PhaseResult> undone(String id) throws HostException, InterruptedException {
        return tools.undo(id).state().wentOff()
                ? Optional.of(new PhaseResult.SwitchBroke(UNDONE))
                : Optional.empty();
    }

    private static PhaseResult result(SwitchUnit unit, SwitchResult ended)
            throws InterruptedException {
        return switch (ended) {
            case SwitchResult.Exited(int code) ->
                    new PhaseResult.Switched(code, code == 0 ? "" : unit.lastLines());
            case SwitchResult.Killed _, SwitchResult.TimedOut _, SwitchResult.Lost _ -> {
                String lines = unit.lastLines();
                yield new PhaseResult.SwitchBroke(
                        lines.isEmpty() ? ended.message() : ended.message() + ": " + lines);
            }
        };
    }

    /** The host came up again, into whatever its boot loader chose. */
    private PhaseResult afterReboot(Deployment deployment) throws InterruptedException {
        try {
            SystemState now = tools.host().state();
            return now.running().filter(deployment.request().system()::equals).isPresent()
                    ? new PhaseResult.Switched(0, "")
                    : new PhaseResult.SwitchBroke(
                            "the host was restarted during the switch, and runs %s"
                                    .formatted(
                                            now.running()
                                                    .map(StorePath::toString)
                                                    .orElse("an unknown system")));
        } catch (HostException e) {
            return new PhaseResult.SwitchBroke(String.valueOf(e.getMessage()));
        }
    }

    /** A host that had no system yet has nothing to return to. */
    static boolean canBeUndone(Deployment deployment) {
        return !Restoration.steps(before(deployment)).isEmpty();
    }

    static SystemState before(Deployment deployment) {
        return deployment
                .before()
                .orElseThrow(() -> new IllegalStateException("no state before was recorded"));
    }
}

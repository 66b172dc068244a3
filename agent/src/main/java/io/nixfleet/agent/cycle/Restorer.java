package io.nixfleet.agent.cycle;

import io.nixfleet.agent.activation.HostException;
import io.nixfleet.agent.activation.Restoration;
import io.nixfleet.agent.activation.SwitchResult;
import io.nixfleet.agent.activation.SwitchUnit;
import io.nixfleet.agent.activation.UndoState;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployMachine;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.PhaseResult;
import io.nixfleet.agent.deploy.SystemState;
import java.util.List;
import java.util.Optional;

/** The work of rolling back: to exactly the profile generation and system recorded before. */
final class Restorer {
    private final HostTools tools;

    Restorer(HostTools tools) {
        this.tools = tools;
    }

    PhaseResult restore(Deployment deployment) throws InterruptedException {
        SystemState before = Switcher.before(deployment);
        try {
            UndoState timer = tools.undo(deployment.request().id()).disarm();
            if (timer instanceof UndoState.Undoing) {
                timer = tools.undo(deployment.request().id()).awaitUndone();
            }
            if (timer instanceof UndoState.Undone && tools.host().state().equals(before)) {
                return new PhaseResult.Restored();
            }
            return restore(deployment, before);
        } catch (HostException e) {
            return new PhaseResult.NotRestored(String.valueOf(e.getMessage()));
        }
    }

    private PhaseResult restore(Deployment deployment, SystemState before)
            throws HostException, InterruptedException {
        String id = deployment.request().id();
        // What is left of a switch that did not end in time must not work against us.
        tools.unit(id, SwitchUnit.Role.DEPLOY).clean();
        tools.host().restoreProfile(before.profile());
        List<Restoration.Step> steps = Restoration.steps(before);
        // After a restart of the host the new system runs also if it was only to be booted.
        boolean activated =
                deployment.request().action().activates()
                        || !tools.host().state().running().equals(before.running());
        for (Restoration.Step step : steps) {
            Restoration.Step needed =
                    activated ? step : new Restoration.Step(step.system(), Action.BOOT);
            Optional<String> problem = run(id, needed);
            if (problem.isPresent()) {
                return new PhaseResult.NotRestored(problem.get());
            }
            if (!activated) {
                break;
            }
        }
        SystemState now = tools.host().state();
        return now.equals(before)
                ? new PhaseResult.Restored()
                : new PhaseResult.NotRestored(
                        "the host should have %s, and has %s".formatted(before, now));
    }

    /** What went wrong with the step. */
    private Optional<String> run(String id, Restoration.Step step)
            throws HostException, InterruptedException {
        SwitchUnit unit =
                tools.unit(
                        id,
                        step.action() == Action.BOOT
                                ? SwitchUnit.Role.ROLLBACK_BOOT
                                : SwitchUnit.Role.ROLLBACK);
        // One that was begun in an earlier life of the agent is waited for.
        Optional<SwitchResult> earlier = unit.await();
        if (earlier.isEmpty()) {
            tools.lock().awaitFree(tools.limits().lock());
            unit.start(step.system(), step.action());
            earlier = unit.await();
        }
        SwitchResult ended =
                earlier.orElse(new SwitchResult.Lost("systemd does not know its unit any more"));
        boolean done =
                ended instanceof SwitchResult.Exited(int code)
                        && (code == 0 || code == DeployMachine.SOME_UNITS_FAILED);
        if (done) {
            return Optional.empty();
        }
        String lines = unit.lastLines();
        return Optional.of(
                "switch-to-configuration %s of %s: %s%s"
                        .formatted(
                                step.action().word(),
                                step.system(),
                                ended.message(),
                                lines.isEmpty() ? "" : ": " + lines));
    }
}

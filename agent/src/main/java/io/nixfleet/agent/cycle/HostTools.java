package io.nixfleet.agent.cycle;

import io.nixfleet.agent.activation.ActivationLimits;
import io.nixfleet.agent.activation.Host;
import io.nixfleet.agent.activation.HostCommands;
import io.nixfleet.agent.activation.HostPaths;
import io.nixfleet.agent.activation.Shutdown;
import io.nixfleet.agent.activation.SwitchLock;
import io.nixfleet.agent.activation.SwitchUnit;
import io.nixfleet.agent.activation.UndoTimer;
import io.nixfleet.agent.time.Ticks;
import java.nio.file.Path;

/**
 * The host, and what is made of it for one deployment.
 *
 * @param directory the agent's own, for roots and undo scripts
 */
public record HostTools(
        HostPaths paths,
        HostCommands commands,
        Ticks ticks,
        ActivationLimits limits,
        Path directory) {
    Host host() {
        return new Host(paths, commands);
    }

    SwitchUnit unit(String deploymentId, SwitchUnit.Role role) {
        return new SwitchUnit(
                paths, commands, ticks, limits, new SwitchUnit.Name(deploymentId, role));
    }

    UndoTimer undo(String deploymentId) {
        return new UndoTimer(
                paths, commands, ticks, limits, new UndoTimer.Place(deploymentId, directory));
    }

    /** Whether the host is on its way down, to a halt or a reboot. */
    boolean isShuttingDown() throws InterruptedException {
        return new Shutdown(commands).isUnderWay();
    }

    SwitchLock lock() {
        return new SwitchLock(paths, ticks);
    }

    /** Keeps the deployment's closure until its profile does. */
    Path root(String deploymentId) {
        return directory.resolve("roots").resolve(deploymentId);
    }
}

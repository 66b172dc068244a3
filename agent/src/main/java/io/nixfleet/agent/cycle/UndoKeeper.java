package io.nixfleet.agent.cycle;

import io.nixfleet.agent.activation.HostException;
import io.nixfleet.agent.activation.UndoTimer;
import io.nixfleet.agent.deploy.SystemState;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets the undo timer anew as long as this agent lives and waits for a switch: the timer is for
 * when it does not, and a long switch is no reason to undo one.
 */
final class UndoKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UndoKeeper.class);
    private static final Duration END_LIMIT = Duration.ofSeconds(5);

    private final Thread thread;

    private UndoKeeper(Thread thread) {
        this.thread = thread;
    }

    /** Keeps a timer that is armed already. */
    static UndoKeeper of(HostTools tools, String deploymentId, SystemState before, Duration after) {
        return new UndoKeeper(
                Thread.ofVirtual()
                        .name("nixfleet-undo-keeper")
                        .start(() -> keep(tools, tools.undo(deploymentId), before, after)));
    }

    private static void keep(HostTools tools, UndoTimer timer, SystemState before, Duration after) {
        try {
            while (true) {
                tools.ticks().sleep(after.dividedBy(2));
                timer.arm(before, after);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (HostException e) {
            LOG.warn("the undo timer was not set anew: {}", e.getMessage());
        }
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join(END_LIMIT);
    }
}

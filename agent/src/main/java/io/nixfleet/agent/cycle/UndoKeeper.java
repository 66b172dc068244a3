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

    /**
     * Keeps a timer.
     *
     * @param first when to set it anew for the first time: at once, where its time may be up soon
     */
    static UndoKeeper of(
            HostTools tools,
            String deploymentId,
            SystemState before,
            Duration after,
            Duration first) {
        UndoTimer timer = tools.undo(deploymentId);
        return new UndoKeeper(
                Thread.ofVirtual()
                        .name("nixfleet-undo-keeper")
                        .start(() -> keep(tools, timer, before, after, first)));
    }

    private static void keep(
            HostTools tools, UndoTimer timer, SystemState before, Duration after, Duration first) {
        try {
            tools.ticks().sleep(first);
            while (!setAnew(timer, before, after)) {
                tools.ticks().sleep(after.dividedBy(2));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether it is over: the timer went off. */
    private static boolean setAnew(UndoTimer timer, SystemState before, Duration after)
            throws InterruptedException {
        try {
            if (timer.state().wentOff()) {
                return true;
            }
            timer.arm(before, after);
        } catch (HostException e) {
            LOG.warn("the undo timer was not set anew: {}", e.getMessage());
        }
        return false;
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join(END_LIMIT);
    }
}

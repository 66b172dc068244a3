package io.nixfleet.agent.cycle;

import io.nixfleet.agent.controlplane.ControlPlane;
import io.nixfleet.agent.controlplane.Outbox;
import io.nixfleet.agent.controlplane.ReportSender;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.agent.time.Jitter;
import io.nixfleet.agent.time.Ticks;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends what the outbox holds, in order, as soon as the control plane takes it. */
final class ReportLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ReportLoop.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration NOTHING_TO_DO = Duration.ofHours(1);

    private final ReportSender sender;
    private final Ticks ticks;
    private final Jitter jitter;
    private final Wakeup wakeup = new Wakeup();
    private final Wakeup retry = new Wakeup();

    ReportLoop(StateStore state, ControlPlane controlPlane, Ticks ticks, Jitter jitter) {
        this.sender = new ReportSender(new StoredOutbox(state), controlPlane);
        this.ticks = ticks;
        this.jitter = jitter;
    }

    private record StoredOutbox(StateStore state) implements Outbox {
        @Override
        public Optional<Queued> oldest() {
            return state.oldestReport()
                    .map(queued -> new Queued(queued.id(), queued.outgoing().report()));
        }

        @Override
        public void sent(long id) {
            state.sent(id);
        }
    }

    /** There is something to send. */
    void wake() {
        wakeup.call();
    }

    /** The control plane was heard again: what waits is worth another try now. */
    void tryNow() {
        retry.call();
    }

    /** Until interrupted. */
    void run() throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            switch (sender.drain()) {
                case ReportSender.Drained.Empty _ -> {
                    pause = FIRST_PAUSE;
                    wakeup.await(NOTHING_TO_DO);
                }
                case ReportSender.Drained.Stopped(String reason) -> {
                    if (pause.equals(FIRST_PAUSE)) {
                        LOG.warn("reports wait for the control plane: {}", reason);
                    }
                    retry.await(ticks, jitter.around(pause, LONGEST_PAUSE));
                    pause = pause.multipliedBy(2);
                    if (pause.compareTo(LONGEST_PAUSE) > 0) {
                        pause = LONGEST_PAUSE;
                    }
                }
            }
        }
    }
}

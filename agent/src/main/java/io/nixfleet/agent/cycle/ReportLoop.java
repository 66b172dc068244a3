package io.nixfleet.agent.cycle;

import io.nixfleet.agent.controlplane.ControlPlane;
import io.nixfleet.agent.controlplane.Outbox;
import io.nixfleet.agent.controlplane.ReportSender;
import io.nixfleet.agent.metrics.AgentMetrics;
import io.nixfleet.agent.state.StateStore;
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

    private final StateStore state;
    private final ReportSender sender;
    private final AgentMetrics metrics;
    private final Ticks ticks;
    private final Wakeup wakeup = new Wakeup();

    ReportLoop(StateStore state, ControlPlane controlPlane, AgentMetrics metrics, Ticks ticks) {
        this.state = state;
        this.sender = new ReportSender(new StoredOutbox(state), controlPlane);
        this.metrics = metrics;
        this.ticks = ticks;
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

    /** Until interrupted. */
    void run() throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            switch (sender.drain()) {
                case ReportSender.Drained.Empty _ -> {
                    pause = FIRST_PAUSE;
                    metrics.unsentReports(0);
                    wakeup.await(NOTHING_TO_DO);
                }
                case ReportSender.Drained.Stopped(String reason) -> {
                    if (pause.equals(FIRST_PAUSE)) {
                        LOG.warn("reports wait for the control plane: {}", reason);
                    }
                    metrics.unsentReports(state.waitingReports());
                    ticks.sleep(pause);
                    pause = pause.multipliedBy(2);
                    if (pause.compareTo(LONGEST_PAUSE) > 0) {
                        pause = LONGEST_PAUSE;
                    }
                }
            }
        }
    }
}

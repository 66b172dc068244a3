package io.nixfleet.agent.controlplane;

import io.nixfleet.agent.controlplane.Outbox.Queued;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends what waits in the outbox, in order. One thread at a time. */
public final class ReportSender {
    private static final Logger LOG = LoggerFactory.getLogger(ReportSender.class);

    /** How far it came. */
    public sealed interface Drained {
        /** Nothing waits any more. */
        record Empty() implements Drained {}

        /**
         * A report could not be sent now; it and those behind it wait on.
         *
         * @param reason for people
         */
        record Stopped(String reason) implements Drained {}
    }

    private final Outbox outbox;
    private final ControlPlane controlPlane;

    public ReportSender(Outbox outbox, ControlPlane controlPlane) {
        this.outbox = outbox;
        this.controlPlane = controlPlane;
    }

    /**
     * Sends until the outbox is empty or the control plane fails. A report that the control plane
     * will never take is dropped, and the log says so.
     */
    public Drained drain() throws InterruptedException {
        for (Optional<Queued> next = outbox.oldest(); next.isPresent(); next = outbox.oldest()) {
            Queued queued = next.get();
            switch (controlPlane.send(queued.report())) {
                case SendAnswer.Accepted() -> {}
                case SendAnswer.Rejected(String reason) ->
                        LOG.warn(
                                "report dropped, since it would never be taken: message=\"{}\""
                                        + " reason=\"{}\"",
                                PrintableText.of(queued.report().message()),
                                reason);
                case SendAnswer.Failed(String reason) -> {
                    return new Drained.Stopped(reason);
                }
            }
            outbox.sent(queued.id());
        }
        return new Drained.Empty();
    }
}

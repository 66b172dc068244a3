package io.nixfleet.agent.cycle;

import io.nixfleet.agent.activation.HostException;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.agent.state.OutgoingReport;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.HealthReport;
import io.nixfleet.protocol.Report;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Writes reports into the outbox. Safe for many threads. */
public final class Reporter {
    /** Why the agent does not touch the host any more; see {@link StateStore#note}. */
    public static final String ATTENTION_NOTE = "needs-attention";

    private final Machine machine;
    private final HostTools tools;
    private final StateStore state;
    private final Desired desired;
    private final InstantSource clock;
    private final Consumer<StorePath> seen;
    private final Runnable wake;

    /** Who reports. */
    public record Machine(String id, List<String> tags, String version, Instant started) {
        public Machine {
            tags = List.copyOf(tags);
        }
    }

    /**
     * Reports on one host.
     *
     * @param seen told of the system that runs, whenever it is looked up
     * @param wake told that there is something to send
     */
    Reporter(
            Machine machine,
            HostTools tools,
            StateStore state,
            Desired desired,
            InstantSource clock,
            Consumer<StorePath> seen,
            Runnable wake) {
        this.machine = machine;
        this.tools = tools;
        this.state = state;
        this.desired = desired;
        this.clock = clock;
        this.seen = seen;
        this.wake = wake;
    }

    /** So that a new host is seen before anything is wanted of it. */
    void started() {
        enqueue(OutgoingReport.Kind.HEALTH, heartbeat("started", true), Optional.empty());
    }

    void upToDate() {
        enqueue(OutgoingReport.Kind.HEALTH, heartbeat("up-to-date", true), Optional.empty());
    }

    void applying() {
        enqueue(OutgoingReport.Kind.HEALTH, new Verdict(true, "applying"), Optional.empty());
    }

    /** Moves a deployment to the history, and tells how it ended. */
    void finish(Deployment ended, Outcome outcome, Optional<HealthReport> health) {
        state.finish(
                ended,
                clock.instant(),
                outgoing(
                        OutgoingReport.Kind.VERDICT,
                        new Verdict(outcome.good(), outcome.message()),
                        health));
        wake.run();
    }

    void health(HealthReport report) {
        enqueue(
                OutgoingReport.Kind.HEALTH,
                heartbeat("health-check", report.allPassed()),
                Optional.of(report));
    }

    /** What a report says besides the host's state. */
    private record Verdict(boolean success, String message) {}

    /** A true heartbeat would erase the verdict on a system that was rolled back. */
    private Verdict heartbeat(String message, boolean success) {
        Optional<String> attention = state.note(ATTENTION_NOTE);
        if (attention.isPresent()) {
            return new Verdict(false, attention.get());
        }
        // Before the first poll nothing is known to be wanted, but what was refused last still is.
        Optional<Refusal> refusal =
                desired.system()
                        .map(state::refusal)
                        .orElseGet(() -> state.refusals().stream().findFirst());
        return refusal.map(Refusal::reason)
                .map(reason -> new Verdict(false, reason))
                .orElse(new Verdict(success, message));
    }

    private void enqueue(OutgoingReport.Kind kind, Verdict verdict, Optional<HealthReport> health) {
        state.enqueue(outgoing(kind, verdict, health));
        wake.run();
    }

    private OutgoingReport outgoing(
            OutgoingReport.Kind kind, Verdict verdict, Optional<HealthReport> health) {
        Instant now = clock.instant();
        return new OutgoingReport(
                kind,
                new Report(
                        machine.id(),
                        currentGeneration(),
                        verdict.success(),
                        verdict.message(),
                        now,
                        machine.tags(),
                        health,
                        machine.version(),
                        uptime(now)));
    }

    private Duration uptime(Instant now) {
        Duration uptime = Duration.between(machine.started(), now);
        // The clock may have been set back.
        return uptime.isNegative() ? Duration.ZERO : uptime;
    }

    private String currentGeneration() {
        try {
            Optional<StorePath> running = tools.host().state().running();
            running.ifPresent(seen);
            return running.map(StorePath::toString).orElse("unknown");
        } catch (HostException _) {
            return "unknown";
        }
    }
}

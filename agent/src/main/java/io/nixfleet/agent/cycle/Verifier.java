package io.nixfleet.agent.cycle;

import io.nixfleet.agent.activation.HostException;
import io.nixfleet.agent.activation.UndoState;
import io.nixfleet.agent.controlplane.ControlPlane;
import io.nixfleet.agent.controlplane.PollAnswer;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.PhaseResult;
import io.nixfleet.agent.health.Verification;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.CheckResult;
import io.nixfleet.protocol.HealthReport;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The work of verifying: the right system runs, is healthy, and reaches the control plane. */
final class Verifier {
    private static final Duration BETWEEN_CALLS = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(Verifier.class);

    private final HostTools tools;
    private final Verification.Plan plan;
    private final Verification.Round checks;
    private final ControlPlane controlPlane;
    private final Optional<Duration> confirm;
    private final Optional<Duration> undoAfter;

    Verifier(
            HostTools tools,
            Verification.Plan plan,
            Verification.Round checks,
            ControlPlane controlPlane,
            Optional<Duration> confirm,
            Optional<Duration> undoAfter) {
        this.tools = tools;
        this.plan = plan;
        this.checks = checks;
        this.controlPlane = controlPlane;
        this.confirm = confirm;
        this.undoAfter = undoAfter;
    }

    PhaseResult verify(Deployment deployment) throws InterruptedException {
        try {
            if (undoAfter.isPresent() && Switcher.canBeUndone(deployment)) {
                Optional<PhaseResult> undone = rearm(deployment);
                if (undone.isPresent()) {
                    return undone.get();
                }
            }
            Optional<StorePath> running = tools.host().state().running();
            if (!running.equals(Optional.of(deployment.request().system()))) {
                return new PhaseResult.Unhealthy(
                        "the switch ended well, but %s runs"
                                .formatted(
                                        running.map(StorePath::toString)
                                                .orElse("an unknown system")));
            }
            return switch (new Verification(plan, tools.ticks()).run(checks)) {
                case Verification.Verified(HealthReport report) -> {
                    int checks = report.results().size();
                    LOG.info(
                            "{} passed",
                            checks == 1 ? "1 health check" : checks + " health checks");
                    yield confirmed(deployment);
                }
                case Verification.Failed(HealthReport report) ->
                        new PhaseResult.Unhealthy("health checks failed: " + failures(report));
            };
        } catch (HostException e) {
            return new PhaseResult.Unhealthy(String.valueOf(e.getMessage()));
        }
    }

    /** From here on we are alive again: the timer gives us the whole time anew. */
    private Optional<PhaseResult> rearm(Deployment deployment)
            throws HostException, InterruptedException {
        var undo = tools.undo(deployment.request().id());
        if (undo.state().wentOff()) {
            return Optional.of(new PhaseResult.Unhealthy(Switcher.UNDONE));
        }
        undo.arm(Switcher.before(deployment), undoAfter.orElseThrow());
        return Optional.empty();
    }

    private PhaseResult confirmed(Deployment deployment)
            throws HostException, InterruptedException {
        if (confirm.isPresent()) {
            Optional<String> failure = reach(confirm.get());
            if (failure.isPresent()) {
                return new PhaseResult.Unhealthy(failure.get());
            }
            UndoState timer = tools.undo(deployment.request().id()).disarm();
            if (!(timer instanceof UndoState.Absent)) {
                return new PhaseResult.Unhealthy("the undo timer went off meanwhile");
            }
        }
        return new PhaseResult.Healthy();
    }

    /** Any answer will do, since it shows that there is a way. */
    private Optional<String> reach(Duration limit) throws InterruptedException {
        Duration end = tools.ticks().now().plus(limit);
        controlPlane.forgetConnections();
        while (true) {
            switch (controlPlane.poll()) {
                case PollAnswer.Desired _, PollAnswer.NothingDesired _ -> {
                    return Optional.empty();
                }
                case PollAnswer.Failed(String reason) -> {
                    if (tools.ticks().now().plus(BETWEEN_CALLS).compareTo(end) > 0) {
                        return Optional.of(
                                "the control plane did not answer within %d s after the switch: %s"
                                        .formatted(limit.toSeconds(), reason));
                    }
                    tools.ticks().sleep(BETWEEN_CALLS);
                }
            }
        }
    }

    private static String failures(HealthReport report) {
        return report.results().stream()
                .filter(CheckResult.Fail.class::isInstance)
                .map(CheckResult.Fail.class::cast)
                .map(failed -> failed.checkName() + ": " + failed.message())
                .collect(Collectors.joining("; "));
    }
}

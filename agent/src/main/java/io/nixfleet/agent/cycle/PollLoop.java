package io.nixfleet.agent.cycle;

import io.nixfleet.agent.activation.HostException;
import io.nixfleet.agent.controlplane.ControlPlane;
import io.nixfleet.agent.controlplane.PollAnswer;
import io.nixfleet.agent.controlplane.PollSchedule;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployQueue;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.agent.metrics.AgentMetrics;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.DesiredGeneration;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the control plane what this host should run, and queues what differs. */
public final class PollLoop {
    private static final Logger LOG = LoggerFactory.getLogger(PollLoop.class);

    private final ControlPlane controlPlane;
    private final PollSchedule schedule;
    private final DeployQueue queue;
    private final Intake intake;
    private final StateStore state;
    private final HostTools tools;
    private final Reporter reporter;
    private final Desired desired;
    private final AgentMetrics metrics;
    private final InstantSource clock;
    private final Supplier<String> newId;
    private final Runnable back;
    private final Wakeup wakeup = new Wakeup();

    private final Pulse pulse;

    private volatile Latest latest =
            new Latest(Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * What polls came to.
     *
     * @param last when one was answered last
     * @param failure why the last one failed, if it did
     */
    public record Latest(Optional<Instant> last, Optional<String> failure, Optional<Instant> next) {
        /** Why the control plane cannot tell this host anything; empty while it can. */
        Optional<String> unheard() {
            return failure.or(
                    () ->
                            last.isPresent()
                                    ? Optional.empty()
                                    : Optional.of("the control plane has not answered yet"));
        }
    }

    /**
     * @param back told when the control plane answers again after it did not
     */
    PollLoop(
            ControlPlane controlPlane,
            PollSchedule schedule,
            DeployRunner.Surroundings surroundings,
            Supplier<String> newId,
            Runnable back) {
        this.controlPlane = controlPlane;
        this.schedule = schedule;
        this.queue = surroundings.queue();
        this.intake = Intake.of(surroundings);
        this.state = surroundings.state();
        this.tools = surroundings.tools();
        this.reporter = surroundings.reporter();
        this.desired = surroundings.desired();
        this.metrics = surroundings.metrics();
        this.clock = surroundings.clock();
        this.newId = newId;
        this.pulse = new Pulse(tools.ticks());
        this.back = back;
    }

    /** Until interrupted. */
    void run() throws InterruptedException {
        while (true) {
            pulse.beat(Duration.ZERO);
            Duration began = tools.ticks().now();
            PollAnswer answer = controlPlane.poll();
            Instant now = clock.instant();
            boolean ok = !(answer instanceof PollAnswer.Failed);
            metrics.polled(tools.ticks().now().minus(began), ok, now);
            Duration pause = schedule.after(answer);
            latest = noted(answer, now, now.plus(pause));
            act(answer);
            pulse.beat(pause);
            wakeup.await(tools.ticks(), pause);
        }
    }

    /** Polls now. */
    void pollNow() {
        wakeup.call();
    }

    public Latest latest() {
        return latest;
    }

    /** Whether polls go on, answered or not. */
    boolean stuck() {
        return pulse.stopped();
    }

    private Latest noted(PollAnswer answer, Instant now, Instant next) {
        return switch (answer) {
            case PollAnswer.Desired _, PollAnswer.NothingDesired _ -> answered(now, next);
            case PollAnswer.Failed(String reason) -> {
                if (!latest.failure().equals(Optional.of(reason))) {
                    LOG.warn("poll failed: {}", reason);
                }
                yield new Latest(latest.last(), Optional.of(reason), Optional.of(next));
            }
        };
    }

    private Latest answered(Instant now, Instant next) {
        if (latest.failure().isPresent()) {
            LOG.info("the control plane answers again");
            back.run();
        }
        return new Latest(Optional.of(now), Optional.empty(), Optional.of(next));
    }

    private void act(PollAnswer answer) {
        switch (answer) {
            case PollAnswer.Desired(DesiredGeneration generation) -> wanted(generation);
            case PollAnswer.NothingDesired _, PollAnswer.Failed _ -> {}
        }
    }

    private void wanted(DesiredGeneration generation) {
        StorePath system;
        Optional<URI> cache;
        try {
            system = StorePath.parse(StoreDir.NIX_STORE, generation.hash());
            cache = cacheUrl(generation);
        } catch (FormatException e) {
            LOG.warn("the control plane wants what cannot be deployed: {}", e.getMessage());
            metrics.refused(AgentMetrics.Refused.MALFORMED);
            return;
        }
        boolean isNew = !desired.system().equals(Optional.of(system));
        desired.is(system);
        for (Refusal refusal : state.refusals()) {
            if (!refusal.system().equals(system)) {
                // Something else is wanted: what was rolled back may come again after it.
                state.allowAgain(Optional.of(refusal.system()));
            }
        }
        if (state.note(Reporter.ATTENTION_NOTE).isPresent() || state.refusal(system).isPresent()) {
            return;
        }
        // What was wanted before may be on its way still: it gives way, or is replaced.
        boolean onItsWay = isNew && queue.isBusyWithOtherThan(system);
        if (isRunning(system) && !onItsWay) {
            // What is under way may be just this system, and its verdict is still to come.
            if (isNew && queue.underWay().isEmpty()) {
                reporter.upToDate();
            }
        } else if (desired.due(tools.ticks().now())) {
            var request =
                    new DeployRequest(
                            newId.get(), system, cache, Action.SWITCH, DeployRequest.Source.POLL);
            // Said first: once it is offered, its deployment has its own lines.
            if (queue.same(request).isEmpty()) {
                LOG.info("the control plane wants {}", system);
            }
            var _ = intake.offer(request);
        }
    }

    /** Not quoted when it is wrong: it may hold a login. */
    private static Optional<URI> cacheUrl(DesiredGeneration generation) {
        try {
            return generation.cacheUrl().filter(url -> !url.isBlank()).map(URI::create);
        } catch (IllegalArgumentException _) {
            throw new FormatException("its cache_url is not a URL");
        }
    }

    private boolean isRunning(StorePath system) {
        try {
            return tools.host().state().has(system, Action.SWITCH);
        } catch (HostException _) {
            // The deployment's own check will say what is wrong.
            return false;
        }
    }
}

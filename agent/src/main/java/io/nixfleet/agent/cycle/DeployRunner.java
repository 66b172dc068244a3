package io.nixfleet.agent.cycle;

import io.nixfleet.agent.activation.HostException;
import io.nixfleet.agent.activation.SwitchUnit;
import io.nixfleet.agent.activation.UndoState;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployMachine;
import io.nixfleet.agent.deploy.DeployQueue;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.deploy.PhaseResult;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.logging.DeploymentScope;
import io.nixfleet.agent.metrics.AgentMetrics;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.HealthReport;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one deployment after the other, in the thread that calls {@link #run}. Ends when that thread
 * is interrupted, whatever the phase: it goes on there after a restart.
 */
public final class DeployRunner {
    private static final Logger LOG = LoggerFactory.getLogger(DeployRunner.class);

    private final DeployMachine machine;
    private final DeployQueue queue;
    private final StateStore state;
    private final HostTools tools;
    private final Work work;
    private final Reporter reporter;
    private final Desired desired;
    private final AgentMetrics metrics;
    private final InstantSource clock;

    private final Object lock = new Object();
    private @Nullable Thread worker;
    private @Nullable Deployment current;
    private boolean open;
    private boolean givingWay;

    /** Who performs the phases. */
    record Work(
            SystemFetch fetch,
            FetchMeter meter,
            Switcher switcher,
            Verifier verifier,
            Restorer restorer,
            HealthWatch health,
            boolean dryRun) {}

    /** What the runner works with. */
    record Surroundings(
            DeployQueue queue,
            StateStore state,
            HostTools tools,
            Reporter reporter,
            Desired desired,
            AgentMetrics metrics,
            InstantSource clock) {}

    DeployRunner(DeployMachine machine, Work work, Surroundings surroundings) {
        this.machine = machine;
        this.work = work;
        this.queue = surroundings.queue();
        this.state = surroundings.state();
        this.tools = surroundings.tools();
        this.reporter = surroundings.reporter();
        this.desired = surroundings.desired();
        this.metrics = surroundings.metrics();
        this.clock = surroundings.clock();
    }

    /** Until interrupted; first finishes what an earlier life of the agent began. */
    void run() throws InterruptedException {
        synchronized (lock) {
            worker = Thread.currentThread();
        }
        Optional<Deployment> earlier = state.inFlight();
        if (earlier.isPresent()) {
            LOG.info(
                    "taking up deployment {} of {} where it was: {}",
                    earlier.get().request().id(),
                    earlier.get().request().system(),
                    earlier.get().phase().word());
            queue.resume(earlier.get().request());
            carryOut(earlier.get());
        }
        while (true) {
            DeployRequest next = queue.take();
            carryOut(Deployment.begin(next, clock.instant()));
        }
    }

    /**
     * A newer request came: the one under way gives way to it, unless the host is being changed.
     */
    public void giveWay() {
        synchronized (lock) {
            Thread thread = worker;
            if (thread != null && open && !givingWay) {
                givingWay = true;
                thread.interrupt();
            }
        }
    }

    public Optional<Deployment> current() {
        synchronized (lock) {
            return Optional.ofNullable(current);
        }
    }

    private void carryOut(Deployment begun) throws InterruptedException {
        try {
            DeploymentScope.call(
                    begun.request().id(),
                    () -> {
                        cycle(begun);
                        return begun;
                    });
        } finally {
            synchronized (lock) {
                current = null;
                open = false;
                givingWay = false;
            }
            metrics.phase(Phase.IDLE);
            queue.done();
        }
    }

    private void cycle(Deployment begun) throws InterruptedException {
        Deployment now = begun;
        // Unknown after a restart: then as if of a fetch, which is told only if it goes on.
        Phase decided = now.phase() == Phase.REPORTING ? Phase.FETCHING : now.phase();
        while (now.phase() != Phase.REPORTING) {
            enter(now);
            Duration start = tools.ticks().now();
            PhaseResult result = perform(now);
            metrics.phaseTook(now.phase(), tools.ticks().now().minus(start));
            decided = now.phase();
            now = machine.next(now, result);
        }
        enter(now);
        conclude(now, decided);
    }

    /** On disk before anything of the phase is done. */
    private void enter(Deployment now) {
        state.save(now);
        synchronized (lock) {
            current = now;
            // Before anything was changed, it may still give way.
            open = now.phase() == Phase.CHECKING || now.phase() == Phase.FETCHING;
        }
        metrics.phase(now.phase());
        LOG.info("{} {}", now.phase().word(), now.request().system());
    }

    private PhaseResult perform(Deployment now) throws InterruptedException {
        try {
            if (isOpen() && queue.waiting().isPresent()) {
                // It came before this phase was entered, and could not interrupt it.
                var _ = gaveWay();
                return newerCame();
            }
            PhaseResult result =
                    switch (now.phase()) {
                        case CHECKING -> check(now);
                        case FETCHING -> fetch(now);
                        case APPLYING -> apply(now);
                        case VERIFYING -> work.verifier().verify(now);
                        case ROLLING_BACK -> rollBack(now);
                        case IDLE, REPORTING ->
                                throw new IllegalStateException(
                                        "no work belongs to " + now.phase().word());
                    };
            if (gaveWay()) {
                return newerCame();
            }
            if (Thread.interrupted()) {
                // The result may be of the interrupt alone; after a restart there will be another.
                throw new InterruptedException("interrupted while " + now.phase().word());
            }
            return result;
        } catch (InterruptedException e) {
            if (gaveWay()) {
                return newerCame();
            }
            throw e;
        }
    }

    private boolean isOpen() {
        synchronized (lock) {
            return open;
        }
    }

    /**
     * Settles whether the phase was left for a newer request; from here on it is too late for one.
     */
    private boolean gaveWay() {
        synchronized (lock) {
            boolean gave = givingWay;
            open = false;
            givingWay = false;
            if (gave) {
                Thread.interrupted();
            }
            return gave;
        }
    }

    private static PhaseResult newerCame() {
        return new PhaseResult.GaveWay("a newer deployment came");
    }

    private PhaseResult check(Deployment now) {
        DeployRequest request = now.request();
        // It may have waited while the one before it came to a bad end.
        Optional<String> attention = state.note(Reporter.ATTENTION_NOTE);
        if (attention.isPresent()) {
            return new PhaseResult.NotPossible(
                    "this host is left alone until someone has looked at it, and said"
                            + " `nixfleet-agent retry`: "
                            + attention.get());
        }
        Optional<Refusal> refusal = state.refusal(request.system());
        if (refusal.isPresent()) {
            return new PhaseResult.NotPossible(refusal.get().reason());
        }
        try {
            SystemState host = tools.host().state();
            if (host.has(request.system(), request.action())) {
                return new PhaseResult.NothingToDo("up-to-date");
            }
            return new PhaseResult.Ready(host);
        } catch (HostException e) {
            return new PhaseResult.NotPossible(String.valueOf(e.getMessage()));
        }
    }

    private PhaseResult fetch(Deployment now) throws InterruptedException {
        PhaseResult fetched;
        try {
            fetched = work.fetch().fetch(now.request(), tools.root(now.request().id()));
        } finally {
            work.meter().ended();
        }
        if (!(fetched instanceof PhaseResult.Fetched)) {
            return fetched;
        }
        try {
            Optional<String> why = tools.host().whyNotActivatable(now.request().system());
            if (why.isPresent()) {
                return new PhaseResult.NotFetched(why.get());
            }
        } catch (HostException e) {
            return new PhaseResult.NotFetched(String.valueOf(e.getMessage()));
        }
        return work.dryRun() ? new PhaseResult.WouldApply() : fetched;
    }

    private PhaseResult apply(Deployment now) throws InterruptedException {
        if (now.request().action() != Action.DRY_ACTIVATE) {
            reporter.applying();
        }
        return work.switcher().apply(now);
    }

    private PhaseResult rollBack(Deployment now) throws InterruptedException {
        LOG.warn("rolling back: {}", now.reason().orElse("unknown"));
        return work.restorer().restore(now);
    }

    /** Each step may be done twice, should the agent end in between. */
    private void conclude(Deployment ended, Phase decided) throws InterruptedException {
        Outcome outcome =
                ended.outcome().orElseThrow(() -> new IllegalStateException("no outcome"));
        StorePath system = ended.request().system();
        switch (outcome) {
            case Outcome.Deployed _ -> LOG.info("{}: {}", outcome.message(), system);
            case Outcome.AlreadyRunning _, Outcome.DryRun _, Outcome.Superseded _ ->
                    LOG.info("{}: {}", outcome.message(), system);
            case Outcome.Failed _ -> LOG.warn("failed: {}", outcome.message());
            case Outcome.RolledBack(String message) -> {
                LOG.error("{}: {}", message, system);
                state.refuse(new Refusal(system, message, clock.instant()));
                metrics.refused("rolled_back");
            }
            case Outcome.RollbackFailed(String message) -> {
                LOG.error("this host needs attention, and is left as it is: {}", message);
                state.refuse(new Refusal(system, message, clock.instant()));
                state.note(Reporter.ATTENTION_NOTE, message);
            }
        }
        cleanUp(ended, outcome);
        metrics.deploymentEnded(outcome);
        finish(ended, outcome, decided);
    }

    private void finish(Deployment ended, Outcome outcome, Phase decided)
            throws InterruptedException {
        boolean told =
                switch (outcome) {
                    case Outcome.Superseded _ -> false;
                    case Outcome.Failed _ ->
                            switch (ended.request().source()) {
                                case POLL ->
                                        desired.failed(
                                                        ended.request().system(),
                                                        tools.ticks().now())
                                                || decided != Phase.FETCHING;
                                case PUSH, OPERATOR -> true;
                            };
                    case Outcome.Deployed _,
                            Outcome.AlreadyRunning _,
                            Outcome.DryRun _,
                            Outcome.RolledBack _,
                            Outcome.RollbackFailed _ ->
                            true;
                };
        if (told) {
            reporter.finish(ended, outcome, health(ended.request(), outcome));
        } else {
            state.finish(ended, clock.instant());
        }
    }

    private Optional<HealthReport> health(DeployRequest request, Outcome outcome)
            throws InterruptedException {
        if (!(outcome instanceof Outcome.Deployed && request.action().activates())) {
            return Optional.empty();
        }
        Optional<HealthReport> latest = work.health().latest();
        // The round that it passed may have been in an earlier life of the agent.
        return latest.isPresent() ? latest : Optional.of(work.health().check());
    }

    /** What would be left behind does no harm, so a problem is only logged. */
    private void cleanUp(Deployment ended, Outcome outcome) throws InterruptedException {
        String id = ended.request().id();
        try {
            for (SwitchUnit.Role role : SwitchUnit.Role.values()) {
                tools.unit(id, role).clean();
            }
            UndoState timer = tools.undo(id).disarm();
            if (!(timer instanceof UndoState.Absent)) {
                tools.undo(id).forget();
            }
            boolean needed =
                    outcome instanceof Outcome.Deployed && ended.request().action() == Action.TEST;
            if (!needed) {
                Files.deleteIfExists(tools.root(id));
            }
        } catch (IOException e) {
            LOG.warn("could not clean up after deployment {}: {}", id, e.getMessage());
        }
    }
}

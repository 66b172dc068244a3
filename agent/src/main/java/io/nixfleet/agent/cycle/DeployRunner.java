package io.nixfleet.agent.cycle;

import io.nixfleet.agent.activation.HostException;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployMachine;
import io.nixfleet.agent.deploy.DeployQueue;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.deploy.PhaseResult;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.logging.DeploymentScope;
import io.nixfleet.agent.metrics.AgentMetrics;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.nix.store.StorePath;
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

    /** A shutdown that takes longer is none. */
    private static final Duration SHUTDOWN_LIMIT = Duration.ofMinutes(10);

    private final DeployMachine machine;
    private final DeployQueue queue;
    private final Intake intake;
    private final StateStore state;
    private final HostTools tools;
    private final Work work;
    private final Reporter reporter;
    private final Conclusion conclusion;
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
        this.intake = Intake.of(surroundings);
        this.state = surroundings.state();
        this.tools = surroundings.tools();
        this.reporter = surroundings.reporter();
        this.conclusion = new Conclusion(work, surroundings);
        this.metrics = surroundings.metrics();
        this.clock = surroundings.clock();
    }

    /**
     * Takes up what an earlier life of the agent began, for {@link #run} to finish, and what it
     * accepted, to come after that. To be called before any other loop runs: else a poll queues the
     * same system again, and the health of a system that is being judged or undone is reported as
     * if it were the host's.
     */
    void takeUp() {
        Optional<Deployment> earlier = state.inFlight();
        if (earlier.isPresent()) {
            queue.resume(earlier.get().request());
            synchronized (lock) {
                current = earlier.get();
            }
        }
        intake.resume();
    }

    /** Until interrupted; first finishes what was taken up. */
    void run() throws InterruptedException {
        synchronized (lock) {
            worker = Thread.currentThread();
        }
        Optional<Deployment> earlier = current();
        if (earlier.isPresent()) {
            LOG.info(
                    "taking up deployment {} of {} where it was: {}",
                    earlier.get().request().id(),
                    earlier.get().request().system(),
                    earlier.get().phase().word());
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
        conclusion.of(now, decided);
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
        tell(now);
    }

    private static void tell(Deployment now) {
        DeployRequest request = now.request();
        switch (now.phase()) {
            case CHECKING ->
                    LOG.info(
                            "checking {}: {}, asked for by {}",
                            request.system(),
                            request.action().word(),
                            switch (request.source()) {
                                case POLL -> "the control plane";
                                case PUSH -> "a push";
                                case OPERATOR -> "an operator";
                            });
            case ROLLING_BACK ->
                    LOG.warn(
                            "rolling back to {}: {}",
                            now.before()
                                    .flatMap(SystemState::running)
                                    .map(StorePath::toString)
                                    .orElse("no system"),
                            now.reason().orElse("unknown"));
            case IDLE, FETCHING, APPLYING, VERIFYING, REPORTING ->
                    LOG.info("{} {}", now.phase().word(), request.system());
        }
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
                        case ROLLING_BACK -> work.restorer().restore(now);
                        case IDLE, REPORTING ->
                                throw new IllegalStateException(
                                        "no work belongs to " + now.phase().word());
                    };
            if (gaveWay()) {
                return newerCame();
            }
            if (result.isSetback()) {
                waitOutShutdown();
            }
            if (Thread.interrupted()) {
                // What an interrupt broke off is no result; the phase is done again.
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
     * A host that shuts down ends switches and services before it ends us: that says nothing about
     * the system, and the phase is done again after the boot.
     */
    private void waitOutShutdown() throws InterruptedException {
        if (tools.isShuttingDown()) {
            LOG.info("the host shuts down; this deployment goes on when it is up again");
            tools.ticks().sleep(SHUTDOWN_LIMIT);
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
            Optional<String> shortage = work.switcher().bootShortage(request.action());
            if (shortage.isPresent()) {
                metrics.refused(AgentMetrics.Refused.NO_SPACE);
                return new PhaseResult.NotPossible(shortage.get());
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
                metrics.refused(AgentMetrics.Refused.NOT_ACTIVATABLE);
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
}

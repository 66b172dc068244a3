package io.nixfleet.agent.cycle;

import io.nixfleet.agent.activation.HostException;
import io.nixfleet.agent.control.AgentControl;
import io.nixfleet.agent.control.AgentStatus;
import io.nixfleet.agent.control.Submission;
import io.nixfleet.agent.deploy.DeployQueue;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.HistoryEntry;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.metrics.AgentMetrics;
import io.nixfleet.agent.state.StateException;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.nix.store.StorePath;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent's loops together, and what can be asked of them. */
public final class AgentDaemon implements AgentControl, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentDaemon.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(3);
    private static final int HISTORY_LIMIT = 500;

    private final Reporter.Machine machine;
    private final DeployQueue queue;
    private final Intake intake;
    private final StateStore state;
    private final HostTools tools;
    private final Desired desired;
    private final Reporter reporter;
    private final Loops loops;
    private final Sights sights;
    private final Supplier<String> ids;
    private final AgentMetrics metrics;

    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<Optional<String>> broken =
            new AtomicReference<>(Optional.empty());

    /** What runs. */
    record Loops(DeployRunner deploys, PollLoop polls, HealthLoop healths, ReportLoop reports) {}

    /** What can be seen of their work. */
    record Sights(FetchMeter meter, CacheWatch caches, HealthWatch health) {}

    AgentDaemon(
            Reporter.Machine machine,
            DeployRunner.Surroundings surroundings,
            Loops loops,
            Sights sights,
            Supplier<String> ids) {
        this.machine = machine;
        this.queue = surroundings.queue();
        this.intake = Intake.of(surroundings);
        this.state = surroundings.state();
        this.tools = surroundings.tools();
        this.desired = surroundings.desired();
        this.reporter = surroundings.reporter();
        this.loops = loops;
        this.sights = sights;
        this.ids = ids;
        this.metrics = surroundings.metrics();
    }

    /** An id for a deployment. */
    public String newId() {
        return ids.get();
    }

    /** Work that ends by being interrupted. */
    @FunctionalInterface
    private interface Loop {
        void run() throws InterruptedException;
    }

    /** Starts all loops. */
    public void start() {
        loops.deploys().takeUp();
        reporter.started();
        run("polls", loops.polls()::run);
        run("deploys", loops.deploys()::run);
        run("reports", loops.reports()::run);
        run("health", loops.healths()::run);
    }

    private void run(String name, Loop loop) {
        threads.add(
                Thread.ofVirtual()
                        .name("nixfleet-" + name)
                        .start(
                                () -> {
                                    try {
                                        loop.run();
                                    } catch (InterruptedException _) {
                                        Thread.currentThread().interrupt();
                                    } catch (RuntimeException | Error e) {
                                        LOG.error("{} broke down", name, e);
                                        broken.set(Optional.of(name + " broke down: " + e));
                                        ended.countDown();
                                    }
                                }));
    }

    /**
     * Waits until something breaks down that a restart may mend.
     *
     * @return what broke down
     */
    public String awaitBreakdown() throws InterruptedException {
        ended.await();
        return broken.get().orElse("unknown");
    }

    @Override
    public Submission submit(DeployRequest request) {
        if (state.known(request.id()).isPresent()) {
            // Said before: what became of it since is another question.
            return intake.offer(request);
        }
        Optional<String> attention = state.note(Reporter.ATTENTION_NOTE);
        if (attention.isPresent()) {
            metrics.refused(AgentMetrics.Refused.NEEDS_ATTENTION);
            return new Submission.Refused(
                    "this host is left alone until someone has looked at it, and said"
                            + " `nixfleet-agent retry`: "
                            + attention.get());
        }
        Optional<Refusal> refusal = state.refusal(request.system());
        if (refusal.isPresent()) {
            metrics.refused(AgentMetrics.Refused.ROLLED_BACK);
            return new Submission.Refused(
                    "%s; `nixfleet-agent retry` allows it again".formatted(refusal.get().reason()));
        }
        return intake.offer(request);
    }

    @Override
    public AgentStatus status() {
        Optional<Deployment> current = loops.deploys().current();
        PollLoop.Latest polls = loops.polls().latest();
        return new AgentStatus(
                machine.id(),
                machine.version(),
                Duration.between(machine.started(), Instant.now()),
                systemState(),
                desired.system(),
                current.map(Deployment::phase).orElse(Phase.IDLE),
                current,
                queue.waiting().map(DeployRequest::system),
                sights.meter().progress(),
                state.history(1).stream().findFirst(),
                state.refusals(),
                state.note(Reporter.ATTENTION_NOTE),
                polls.last(),
                polls.failure(),
                polls.next(),
                sights.health().latest(),
                sights.caches().states(),
                state.waitingReports());
    }

    private SystemState systemState() {
        try {
            return tools.host().state();
        } catch (HostException _) {
            return new SystemState(Optional.empty(), Optional.empty());
        }
    }

    @Override
    public List<HistoryEntry> history(int limit) {
        return state.history(Math.clamp(limit, 1, HISTORY_LIMIT));
    }

    @Override
    public int allowAgain(Optional<StorePath> system) {
        int allowed = state.allowAgain(system);
        if (state.note(Reporter.ATTENTION_NOTE).isPresent()) {
            state.forgetNote(Reporter.ATTENTION_NOTE);
            allowed = Math.max(allowed, 1);
        }
        desired.tryNow();
        loops.polls().pollNow();
        return allowed;
    }

    @Override
    public Optional<String> whyNotAlive() {
        if (broken.get().isPresent()) {
            return broken.get();
        }
        if (!threads.stream().allMatch(Thread::isAlive)) {
            return Optional.of("a loop has ended");
        }
        if (loops.polls().stuck()) {
            return Optional.of("polls hang");
        }
        return loops.healths().stuck() ? Optional.of("health checks hang") : Optional.empty();
    }

    @Override
    public Optional<String> whyNotReady() {
        Optional<String> dead = whyNotAlive();
        if (dead.isPresent()) {
            return dead;
        }
        try {
            var _ = state.waitingReports();
            return state.note(Reporter.ATTENTION_NOTE).or(() -> loops.polls().latest().unheard());
        } catch (StateException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Ends all loops within seconds; a switch under way goes on without us. */
    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
        long end = System.nanoTime() + STOP_LIMIT.toNanos();
        boolean interrupted = false;
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

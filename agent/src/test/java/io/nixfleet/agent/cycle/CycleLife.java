package io.nixfleet.agent.cycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.controlplane.PollSchedule;
import io.nixfleet.agent.deploy.DeployMachine;
import io.nixfleet.agent.deploy.DeployQueue;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.HistoryEntry;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.state.QueuedReport;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.agent.time.Jitter;
import io.nixfleet.protocol.Report;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** One life of an agent, from its start to its end. */
final class CycleLife {
    static final Duration POLL = Duration.ofSeconds(60);
    static final Duration RETRY = Duration.ofSeconds(30);

    final StateStore state;
    final DeployQueue queue;
    final Desired desired = new Desired(RETRY);
    final Reporter reporter;
    final HealthWatch health;
    final DeployRunner runner;
    final PollLoop polls;
    final ReportLoop reports;
    final AtomicReference<Optional<Throwable>> death = new AtomicReference<>(Optional.empty());

    final List<Thread> threads = new ArrayList<>();
    private boolean ended;

    @FunctionalInterface
    interface Loop {
        void run() throws InterruptedException;
    }

    CycleLife(CycleRig rig) {
        StateStore.Opened opened = StateStore.open(rig.database(), rig.wallClock);
        assertThat(opened.notice()).isEmpty();
        state = opened.store();
        var busy = new AtomicReference<DeployRunner>();
        queue = new DeployQueue(() -> busy.get().giveWay());
        HostTools tools = rig.tools();
        reports = new ReportLoop(state, rig.controlPlane(), rig.ticks, new Jitter(new Random(8)));
        reporter =
                new Reporter(
                        new Reporter.Machine(
                                CycleRig.MACHINE,
                                List.of("prod"),
                                "1.2.3",
                                rig.wallClock.instant()),
                        tools,
                        state,
                        desired,
                        rig.clock,
                        _ -> {},
                        reports::wake);
        health = rig.health();
        var surroundings =
                new DeployRunner.Surroundings(
                        queue, state, tools, reporter, desired, rig.metrics, rig.clock);
        runner =
                new DeployRunner(
                        new DeployMachine(rig.tolerant), rig.work(state, health), surroundings);
        busy.set(runner);
        var ids = new AtomicInteger();
        polls =
                new PollLoop(
                        rig.controlPlane(),
                        new PollSchedule(POLL, RETRY, new Random(7)),
                        surroundings,
                        () -> "poll-" + ids.incrementAndGet(),
                        reports::tryNow);
    }

    CycleLife run(Loop loop) {
        threads.add(
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        loop.run();
                                    } catch (InterruptedException | RuntimeException | Error e) {
                                        death.set(Optional.of(e));
                                    }
                                }));
        return this;
    }

    CycleLife deploying() {
        runner.takeUp();
        return run(runner::run);
    }

    /** Deploys, and waits for the end. */
    Outcome deploy(DeployRequest request) throws Exception {
        queue.offer(request);
        return awaitEnd(request);
    }

    Outcome awaitEnd(DeployRequest request) throws Exception {
        Await.until(
                "deployment %s ends".formatted(request.id()),
                () -> {
                    if (death.get().isPresent()) {
                        throw new AssertionError("the agent died", death.get().get());
                    }
                    return ended(request).isPresent()
                            && runner.current()
                                    .filter(now -> now.request().id().equals(request.id()))
                                    .isEmpty();
                });
        return ended(request).orElseThrow().outcome();
    }

    private Optional<HistoryEntry> ended(DeployRequest request) {
        return state.history(100).stream()
                .filter(entry -> entry.request().id().equals(request.id()))
                .findFirst();
    }

    void awaitPhase(Phase phase) throws Exception {
        Await.until(
                "a deployment is " + phase.word(),
                () -> runner.current().filter(now -> now.phase() == phase).isPresent());
    }

    void awaitDeath() throws Exception {
        Await.until("the agent dies", () -> death.get().isPresent());
    }

    /** Takes all that waits for the control plane. */
    List<Report> takeReports() {
        var taken = new ArrayList<Report>();
        for (var next = state.oldestReport(); next.isPresent(); next = state.oldestReport()) {
            QueuedReport queued = next.get();
            taken.add(queued.outgoing().report());
            state.sent(queued.id());
        }
        return taken;
    }

    List<String> takeMessages() {
        return takeReports().stream().map(CycleLife::line).toList();
    }

    static String line(Report report) {
        return report.success() + " " + report.message();
    }

    /** As by a signal: nothing is finished. */
    void end() throws InterruptedException {
        if (ended) {
            return;
        }
        ended = true;
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
        }
        state.close();
    }
}

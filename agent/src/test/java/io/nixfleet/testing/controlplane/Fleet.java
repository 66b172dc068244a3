package io.nixfleet.testing.controlplane;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.testing.controlplane.rollout.NewRelease;
import io.nixfleet.testing.controlplane.rollout.Refusal;
import io.nixfleet.testing.controlplane.rollout.Release;
import io.nixfleet.testing.controlplane.rollout.Rollout;
import io.nixfleet.testing.controlplane.rollout.RolloutPlan;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a control plane knows: what each machine should run, what each said, and what operators
 * want. It does what they may not with a {@link Refusal}.
 */
public final class Fleet {
    /** How long a machine may be pending, unless its rollout says otherwise. */
    public static final Duration HEALTH_TIMEOUT = Duration.ofMinutes(5);

    private final InstantSource clock;
    private final Machines machines = new Machines();
    private final Releases releases = new Releases();
    private final Rollouts rollouts = new Rollouts(machines, releases);
    private final RolloutDriver driver = new RolloutDriver(machines, releases, rollouts);
    private Duration pollHint = Duration.ofSeconds(5);

    public Fleet(InstantSource clock) {
        this.clock = clock;
    }

    Instant now() {
        return clock.instant();
    }

    /**
     * Tells a machine what to run, whatever a rollout told it before.
     *
     * @param json the body to serve, byte for byte; it need not be right
     */
    public synchronized void desire(String machine, String json) {
        machines.get(machine).desire(Optional.of(Desired.scripted(json, now())));
    }

    /** From now on nothing is desired of the machine. */
    public synchronized void desireNothing(String machine) {
        machines.get(machine).desire(Optional.empty());
    }

    /** How soon machines in a rollout are told to poll again, in whole seconds. */
    public synchronized void pollHint(Duration hint) {
        pollHint = hint;
    }

    synchronized Optional<String> desired(String machine) {
        Optional<Duration> hint = rollouts.active(machine).map(_ -> pollHint);
        return machines.get(machine).desired().map(desired -> desired.body(hint));
    }

    /** Forgets what a control plane forgets when it starts again: the caches of what is desired. */
    public synchronized void restart() {
        machines.all()
                .forEach(machine -> machine.desire(machine.desired().map(Desired::withoutCache)));
    }

    synchronized void received(String machine, String raw, JsonNode json) {
        machines.get(machine).received(new ReceivedReport(now(), raw, json));
        notifyAll();
    }

    synchronized void polled(String machine) {
        machines.get(machine).polled(now());
    }

    public synchronized Polls polls(String machine) {
        Recent<Instant> polls = machines.get(machine).polls();
        return new Polls(polls.count(), polls.all());
    }

    /** The reports of a machine, the last 5,000 of them, the oldest first. */
    public synchronized List<ReceivedReport> reports(String machine) {
        return machines.get(machine).reports().all();
    }

    /** The reports of a machine from this number on, the first being number 0. */
    public synchronized List<ReceivedReport> reports(String machine, long from) {
        return machines.get(machine).reports().from(from);
    }

    /** Waits until a machine has sent so many reports in all, and returns them. */
    public synchronized List<ReceivedReport> awaitReports(String machine, int count, Duration limit)
            throws InterruptedException {
        Recent<ReceivedReport> reports = machines.get(machine).reports();
        long end = System.nanoTime() + limit.toNanos();
        while (reports.count() < count) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError(
                        "%s sent %d reports in %s, not %d"
                                .formatted(machine, reports.count(), limit, count));
            }
            wait(left);
        }
        return reports.all();
    }

    /** Judges a machine by the contract's rules, from what it said by now. */
    public synchronized Verdict judge(String id) {
        Machine machine = machines.get(id);
        return machine.desired()
                .map(d -> new Judge(d.hash(), d.since(), d.healthTimeout()))
                .map(judge -> machine.verdict(judge, now()))
                .orElse(Verdict.PENDING);
    }

    /** Takes each running rollout one step on, if it is due. */
    public synchronized void advanceRollouts() {
        driver.round(now());
        notifyAll();
    }

    public synchronized List<MachineStatus> machines() {
        return machines.statuses();
    }

    public synchronized void register(String machine, Lifecycle lifecycle, List<String> tags) {
        machines.get(machine).register(lifecycle, tags);
    }

    public synchronized void changeLifecycle(String machine, Lifecycle next) {
        machines.change(machine, next);
    }

    public synchronized Release create(NewRelease release) {
        return releases.add(release, now());
    }

    /** The newest first. */
    public synchronized List<Release> releases() {
        return releases.all();
    }

    public synchronized Release release(String id) {
        return releases.get(id);
    }

    public synchronized void deleteRelease(String id) {
        if (rollouts.use(releases.get(id))) {
            throw Refusal.conflict("release %s is referenced by a rollout".formatted(id));
        }
        releases.remove(id);
    }

    public synchronized Rollout create(RolloutPlan plan) {
        return rollouts.create(plan, now());
    }

    /** The newest first. */
    public synchronized List<Rollout> rollouts() {
        return rollouts.all();
    }

    public synchronized Rollout rollout(String id) {
        return rollouts.get(id);
    }

    public synchronized Rollout resume(String id) {
        notifyAll();
        return rollouts.resume(id, now());
    }

    public synchronized Rollout cancel(String id) {
        notifyAll();
        return rollouts.cancel(id, now());
    }

    /** Waits until a rollout is as wanted, and returns it as it is then. */
    public synchronized Rollout awaitRollout(String id, Predicate<Rollout> wanted, Duration limit)
            throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!wanted.test(rollouts.get(id))) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError(
                        "not as wanted in %s: %s".formatted(limit, rollouts.get(id)));
            }
            wait(left);
        }
        return rollouts.get(id);
    }
}

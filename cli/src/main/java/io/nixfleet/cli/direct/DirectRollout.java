package io.nixfleet.cli.direct;

import io.nixfleet.cli.agents.AgentException;
import io.nixfleet.cli.direct.NotBegunException.Problem;
import io.nixfleet.cli.direct.NotBegunException.Why;
import io.nixfleet.cli.rollout.HostEnd;
import io.nixfleet.cli.rollout.Sighting;
import io.nixfleet.cli.rollout.Terms;
import io.nixfleet.nix.store.StorePath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** A rollout, batch after batch. What has begun on a host goes on there, whatever becomes of us. */
public final class DirectRollout {
    private static final int MOST_CALLS = 32;
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final String id;
    private final Map<String, Target> targets = new LinkedHashMap<>();
    private final Terms terms;
    private final Optional<String> cache;
    private final Duration limit;
    private final Semaphore calls = new Semaphore(MOST_CALLS);
    private final Map<String, Optional<StorePath>> before = new ConcurrentHashMap<>();
    private final Set<String> holders = ConcurrentHashMap.newKeySet();
    private final Map<String, HostEnd> ends = new ConcurrentHashMap<>();
    private final Set<String> atWork = ConcurrentHashMap.newKeySet();

    /** How a rollout ended. */
    public enum Status {
        /** All batches went well, within the threshold. */
        COMPLETED,
        /** A batch failed; the hosts keep what they have. */
        PAUSED,
        /** A batch failed; all hosts of the rollout have again what they had. */
        REVERTED,
        /** A batch failed, and some host could not be brought back. */
        FAILED
    }

    /**
     * What came of it.
     *
     * @param batches how many began
     * @param ends what became of each host
     * @param before what each host ran before, if its agent knew
     */
    public record Result(
            Status status,
            int batches,
            Map<String, HostEnd> ends,
            Map<String, Optional<StorePath>> before) {
        public Result {
            ends = Map.copyOf(ends);
            before = Map.copyOf(before);
        }
    }

    /**
     * @param id new for each rollout, 1 to 50 of letters, digits and hyphens: names its deployments
     * @param targets the hosts of the terms' batches
     * @param cache where hosts fetch from; empty for their own
     * @param limit how long each host may take until it is healthy
     */
    public DirectRollout(
            String id,
            Collection<Target> targets,
            Terms terms,
            Optional<String> cache,
            Duration limit) {
        this.id = id;
        targets.forEach(target -> this.targets.put(target.host(), target));
        this.terms = terms;
        this.cache = cache;
        this.limit = limit;
        targets.forEach(target -> ends.put(target.host(), new HostEnd(HostEnd.Kind.NOT_BEGUN, "")));
    }

    /** Work on a host. */
    private interface Work<T> {
        T on(Target target) throws InterruptedException;
    }

    /**
     * Looks at all hosts; nothing is asked of them.
     *
     * @param warnings hears of what may come between
     * @throws NotBegunException when some host cannot take part
     */
    public void look(Consumer<String> warnings) throws NotBegunException, InterruptedException {
        List<Optional<Problem>> looks = onAll(targets.keySet(), target -> look(target, warnings));
        List<Problem> problems = looks.stream().flatMap(Optional::stream).toList();
        if (!problems.isEmpty()) {
            throw new NotBegunException(problems, targets.size());
        }
    }

    private Optional<Problem> look(Target target, Consumer<String> warnings)
            throws InterruptedException {
        Sighting now;
        calls.acquire();
        try {
            now = target.agent().look();
        } catch (AgentException e) {
            return problem(
                    target,
                    switch (e.kind()) {
                        case NOT_LET_IN -> Why.NOT_LET_IN;
                        case UNREACHABLE -> Why.UNREACHABLE;
                    },
                    String.valueOf(e.getMessage()));
        } finally {
            calls.release();
        }
        if (!now.machine().equals(target.host())) {
            return problem(
                    target,
                    Why.WRONG_MACHINE,
                    "the agent at its address is that of machine '%s'".formatted(now.machine()));
        }
        if (now.needsAttention().isPresent()) {
            return problem(
                    target,
                    Why.BUSY,
                    "it is left alone until someone looked at it, and said 'nixfleet-agent retry': "
                            + now.needsAttention().get());
        }
        if (now.busyWithOtherThan(target.system())) {
            return problem(
                    target,
                    Why.BUSY,
                    "another system is being deployed: "
                            + now.work()
                                    .map(Sighting.Work::system)
                                    .or(now::waiting)
                                    .map(StorePath::toString)
                                    .orElse("unknown"));
        }
        now.desired()
                .filter(desired -> !desired.equals(target.system()))
                .ifPresent(
                        desired ->
                                warnings.accept(
                                        "%s has a control plane that wants %s of it, and takes it back there when it says so again"
                                                .formatted(target.host(), desired)));
        before.put(target.host(), now.running());
        if (now.has(target.system()) && !now.busy()) {
            holders.add(target.host());
        }
        return Optional.empty();
    }

    private static Optional<Problem> problem(Target target, Why why, String words) {
        return Optional.of(new Problem(why, target.host() + ": " + words));
    }

    /** Runs it, once {@link #look} has found nothing; returns when its end is known. */
    public Result run(RolloutListener listener) throws InterruptedException {
        int batch = 0;
        while (true) {
            List<String> hosts = terms.batches().hosts().get(batch);
            listener.batch(batch, hosts);
            List<HostEnd> became = onAll(hosts, target -> deploy(target, listener));
            switch (terms.after(batch, became)) {
                case GO_ON -> batch++;
                case COMPLETE -> {
                    return result(Status.COMPLETED, batch + 1);
                }
                case PAUSE -> {
                    return result(Status.PAUSED, batch + 1);
                }
                case REVERT -> {
                    return result(revert(listener), batch + 1);
                }
            }
        }
    }

    private HostEnd deploy(Target target, RolloutListener listener) throws InterruptedException {
        String host = target.host();
        boolean holds = holders.contains(host);
        var ask = new HostRun.Ask(host, target.agent(), id, target.system(), cache, holds);
        atWork.add(host);
        HostEnd end = new HostRun(ask, pace(), listener).run();
        return over(host, end, listener);
    }

    private HostEnd over(String host, HostEnd end, RolloutListener listener) {
        ends.put(host, end);
        atWork.remove(host);
        listener.over(host, end);
        return end;
    }

    private HostRun.Pace pace() {
        return new HostRun.Pace(limit, PERIOD, calls);
    }

    private Status revert(RolloutListener listener) throws InterruptedException {
        List<String> hosts =
                targets.keySet().stream().filter(host -> end(host).toRevert()).toList();
        listener.reverting(hosts);
        List<HostEnd> became = onAll(hosts, target -> revert(target, listener));
        return became.stream().allMatch(end -> end.kind() == HostEnd.Kind.REVERTED)
                ? Status.REVERTED
                : Status.FAILED;
    }

    private HostEnd revert(Target target, RolloutListener listener) throws InterruptedException {
        String host = target.host();
        Optional<StorePath> former = Objects.requireNonNull(before.get(host));
        if (former.isEmpty()) {
            return over(
                    host,
                    new HostEnd(
                            HostEnd.Kind.NOT_REVERTED, "its agent did not know what it ran before"),
                    listener);
        }
        atWork.add(host);
        // No cache: the host has it still, or its own configuration says where it is from.
        var ask =
                new HostRun.Ask(
                        host, target.agent(), id + "-back", former.get(), Optional.empty(), false);
        HostEnd end = new HostRun(ask, pace(), listener).run();
        return over(
                host,
                end.good()
                        ? new HostEnd(HostEnd.Kind.REVERTED, "")
                        : new HostEnd(HostEnd.Kind.NOT_REVERTED, end.message()),
                listener);
    }

    private HostEnd end(String host) {
        return Objects.requireNonNull(ends.get(host));
    }

    private Result result(Status status, int batches) {
        return new Result(status, batches, ends, before);
    }

    /** What became of each host so far, in their order. */
    public Map<String, HostEnd> ends() {
        var inOrder = new LinkedHashMap<String, HostEnd>();
        targets.keySet().forEach(host -> inOrder.put(host, end(host)));
        return inOrder;
    }

    /** Hosts that are on their way. */
    public List<String> atWork() {
        return targets.keySet().stream().filter(atWork::contains).toList();
    }

    /** Works on hosts at once; the results are in their order. */
    private <T> List<T> onAll(Collection<String> hosts, Work<T> work) throws InterruptedException {
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            var started = new ArrayList<Future<T>>();
            for (String host : hosts) {
                Target target = Objects.requireNonNull(targets.get(host));
                started.add(threads.submit(() -> work.on(target)));
            }
            var results = new ArrayList<T>();
            for (Future<T> one : started) {
                results.add(one.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new IllegalStateException("work on a host broke down", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }
}

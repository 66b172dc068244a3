package io.nixfleet.cli.flake;

import io.nixfleet.cli.nix.Nix;
import io.nixfleet.cli.nix.NixException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Evaluates hosts, some at a time, and builds them. One that fails does not stop the others. */
public final class HostBuilds {
    /** One of NixOS takes a gigabyte. */
    private static final int USUAL_EVALUATIONS = 2;

    private final FleetFlake flake;
    private final Optional<SystemBuild> build;
    private final int evaluations;

    private HostBuilds(FleetFlake flake, Optional<SystemBuild> build, int evaluations) {
        this.flake = flake;
        this.build = build;
        this.evaluations = evaluations;
    }

    /**
     * Those that evaluate and build.
     *
     * @param jobs how many hosts are evaluated, and how many derivations built, at once; empty for
     *     two, and for what nix.conf says
     * @param roots a directory for links that keep what was built from garbage collection
     */
    public static HostBuilds of(FleetFlake flake, Nix nix, OptionalInt jobs, Path roots) {
        return new HostBuilds(
                flake,
                Optional.of(new SystemBuild(nix, roots, jobs)),
                jobs.orElse(USUAL_EVALUATIONS));
    }

    /** Those that evaluate only. */
    public static HostBuilds evaluating(FleetFlake flake, OptionalInt jobs) {
        return new HostBuilds(flake, Optional.empty(), jobs.orElse(USUAL_EVALUATIONS));
    }

    /** Works for all hosts; the results are in their order. */
    public List<HostResult> run(List<String> hosts, BuildListener listener)
            throws NixException, InterruptedException {
        SequencedMap<String, HostResult> results = new LinkedHashMap<>();
        var evaluated = new ArrayList<FleetFlake.Evaluated>();
        for (Evaluation evaluation : evaluate(hosts, listener)) {
            switch (evaluation) {
                case Evaluation.Done(var host) -> evaluated.add(host);
                case Evaluation.Failed(var failure) -> results.put(failure.host(), failure);
            }
        }
        for (HostResult result : built(evaluated, listener)) {
            listener.ended(result);
            results.put(result.host(), result);
        }
        return hosts.stream().map(results::get).toList();
    }

    private sealed interface Evaluation {
        record Done(FleetFlake.Evaluated host) implements Evaluation {}

        record Failed(HostResult.Failed failure) implements Evaluation {}
    }

    private List<Evaluation> evaluate(List<String> hosts, BuildListener listener)
            throws InterruptedException {
        try (ExecutorService workers =
                Executors.newFixedThreadPool(
                        evaluations,
                        Thread.ofPlatform().name("nixfleet-evaluation-", 0).factory())) {
            List<Callable<Evaluation>> work = new ArrayList<>();
            hosts.forEach(host -> work.add(() -> evaluate(host, listener)));
            var evaluated = new ArrayList<Evaluation>();
            // When we are interrupted, it interrupts them, and closing waits until all have ended.
            for (Future<Evaluation> one : workers.invokeAll(work)) {
                evaluated.add(one.get());
            }
            return evaluated;
        } catch (ExecutionException e) {
            throw new IllegalStateException("an evaluation broke down", e.getCause());
        }
    }

    private Evaluation evaluate(String host, BuildListener listener) throws InterruptedException {
        try {
            listener.began(host, BuildListener.Step.EVALUATING);
            return new Evaluation.Done(flake.evaluate(host));
        } catch (NixException e) {
            var failed = new HostResult.Failed(host, String.valueOf(e.getMessage()), e.output());
            listener.ended(failed);
            return new Evaluation.Failed(failed);
        }
    }

    private List<HostResult> built(List<FleetFlake.Evaluated> hosts, BuildListener listener)
            throws NixException, InterruptedException {
        if (build.isEmpty() || hosts.isEmpty()) {
            return ready(hosts);
        }
        hosts.forEach(host -> listener.began(host.system().host(), BuildListener.Step.BUILDING));
        Optional<NixException> failure = build.get().run(hosts, listener::said);
        return failure.isEmpty() ? ready(hosts) : sorted(hosts, build.get(), failure.get());
    }

    private static List<HostResult> ready(List<FleetFlake.Evaluated> hosts) {
        return hosts.stream().<HostResult>map(host -> new HostResult.Ready(host.system())).toList();
    }

    /** What Nix said is kept once, with the first that failed. */
    private static List<HostResult> sorted(
            List<FleetFlake.Evaluated> hosts, SystemBuild build, NixException failure)
            throws NixException, InterruptedException {
        Set<String> missing = build.missing(hosts);
        if (missing.isEmpty()) {
            throw failure;
        }
        var results = new ArrayList<HostResult>();
        boolean told = false;
        for (FleetFlake.Evaluated host : hosts) {
            HostSystem system = host.system();
            if (missing.contains(system.path().toString())) {
                String blamed = build.blame(host, failure);
                results.add(
                        new HostResult.Failed(
                                system.host(),
                                "building host %s failed%s"
                                        .formatted(
                                                system.host(),
                                                blamed.isEmpty() ? "" : ": " + blamed),
                                told ? "" : failure.output()));
                told = true;
            } else {
                results.add(new HostResult.Ready(system));
            }
        }
        return results;
    }
}

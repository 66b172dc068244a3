package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.FlagValues;
import io.nixfleet.agent.console.UsageException;
import io.nixfleet.agent.fetch.FetchSources;
import io.nixfleet.agent.fetch.HttpMeans;
import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.cli.controlplane.OperatorException;
import io.nixfleet.cli.flake.FlakeSource;
import io.nixfleet.cli.flake.FleetFlake;
import io.nixfleet.cli.flake.HostBuilds;
import io.nixfleet.cli.flake.HostPatterns;
import io.nixfleet.cli.flake.HostResult;
import io.nixfleet.cli.flake.HostSystem;
import io.nixfleet.cli.nix.Nix;
import io.nixfleet.cli.nix.NixException;
import io.nixfleet.cli.push.PushException;
import io.nixfleet.cli.push.Pusher;
import io.nixfleet.cli.release.ReleaseFile;
import io.nixfleet.cli.verify.CacheReport;
import io.nixfleet.cli.verify.CacheVerifier;
import io.nixfleet.cli.view.BuildView;
import io.nixfleet.cli.view.FailureView;
import io.nixfleet.cli.view.LiveLines;
import io.nixfleet.cli.view.NewReleaseView;
import io.nixfleet.cli.view.PushView;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.operator.NewRelease;
import io.nixfleet.protocol.operator.ReleaseEntry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code nixfleet release create}: from a flake to a release that hosts can fetch. */
@Command(
        name = "create",
        customSynopsis = "nixfleet release create [OPTION]...",
        description =
                "Build the systems of a flake's hosts, push them to a cache, see that hosts can"
                        + " fetch them there, and register them as a release, or write it to a"
                        + " file.",
        exitCodeList = {
            "0:registered, written or shown",
            "1:unexpected: a fault of ours",
            "2:an option, a file or the flake's tree is not as it should be",
            "3:the flake has no such host",
            "4:the control plane does not let you in, or refuses the release",
            "5:the control plane does not answer",
            "6:the flake, or a host in it, could not be evaluated or built",
            "7:a system could not be pushed",
            "10:hosts could not fetch the release from the cache",
            "130:interrupted"
        },
        footer = {
            "  nixfleet release create --push-to ssh://root@cache \\",
            "    --cache-url http://cache:5000",
            "  nixfleet release create --hosts 'web-*' --push-hook 'attic push fleet {}'",
            "  nixfleet release create --push-to s3://fleet-cache --out release.json"
        })
final class ReleaseCreateCommand extends OperatorCommand {
    @Mixin private ReleaseFlags flags = new ReleaseFlags();

    @Override
    String goingOn() {
        return "run again to go on from here: what was built and pushed is kept";
    }

    @Override
    ExitCode run(Setup setup, CommandOutput output)
            throws CommandFailure, IOException, InterruptedException {
        ReleasePlan plan = ReleasePlan.of(flags, setup);
        Optional<ReleaseFile> file = file();
        boolean register = !flags.dryRun && (file.isEmpty() || setup.hasControlPlane());
        if (register) {
            // A wrong key, or a control plane that is down, shall be found before an hour of
            // building.
            var _ = setup.client().releases(1, Optional.empty());
        }
        FlakeSource source;
        List<HostResult> results;
        try (var roots = BuildRoots.make()) {
            var nix = new Nix(new ProcessRunner(), Map.of());
            source = source(nix);
            var flake = new FleetFlake(nix, source);
            List<String> hosts = hosts(flake);
            try (var lines = LiveLines.of(output)) {
                lines.expect(hosts);
                HostBuilds builds =
                        flags.evalOnly
                                ? HostBuilds.evaluating(flake, plan.jobs())
                                : HostBuilds.of(flake, nix, plan.jobs(), roots.directory());
                results = builds.run(hosts, new BuildView(lines));
            }
            List<HostSystem> systems = systems(results, output);
            if (!flags.dryRun) {
                push(plan, systems, setup, output);
            }
            Optional<CacheReport> verified =
                    flags.dryRun ? Optional.empty() : verify(plan, systems, setup, output);
            NewRelease release = release(source, plan, systems);
            // First: what is registered shall not lack its file.
            if (file.isPresent()) {
                file.get().write(release);
            }
            Optional<String> id =
                    register ? Optional.of(register(release, setup)) : Optional.empty();
            output.print(
                    new NewReleaseView(id, file.map(ReleaseFile::path), release, verified), false);
            return ExitCode.OK;
        } catch (NixException e) {
            FailureView.printOutput(output.err(), e.output());
            throw new CommandFailure(ExitCode.NOT_BUILT, e);
        }
    }

    private FlakeSource source(Nix nix) throws CommandFailure, NixException, InterruptedException {
        FlakeSource source = FlakeSource.read(nix, flags.flake);
        if (source.dirty() && !flags.allowDirty) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "flake %s has changes that are not committed, so that nobody could tell what was released: commit them, or give --allow-dirty"
                            .formatted(flags.flake));
        }
        return source;
    }

    private List<String> hosts(FleetFlake flake)
            throws CommandFailure, NixException, InterruptedException {
        List<String> all = flake.hosts();
        var patterns = new HostPatterns(flags.hosts);
        List<String> idle = patterns.idle(all);
        if (!idle.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "flake %s has no host %s; it has %s"
                            .formatted(
                                    flags.flake, String.join(", ", idle), String.join(", ", all)));
        }
        if (all.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND, "flake %s has no hosts".formatted(flags.flake));
        }
        return patterns.of(all);
    }

    private static List<HostSystem> systems(List<HostResult> results, CommandOutput output)
            throws CommandFailure {
        var systems = new ArrayList<HostSystem>();
        var failed = new ArrayList<HostResult.Failed>();
        for (HostResult result : results) {
            switch (result) {
                case HostResult.Ready(var system) -> systems.add(system);
                case HostResult.Failed failure -> failed.add(failure);
            }
        }
        if (!failed.isEmpty()) {
            FailureView.print(output.err(), failed);
            throw new CommandFailure(
                    ExitCode.NOT_BUILT,
                    "%d of %d hosts failed (%s); nothing was pushed or registered, and what was built is kept"
                            .formatted(
                                    failed.size(),
                                    results.size(),
                                    String.join(
                                            ", ", failed.stream().map(HostResult::host).toList())));
        }
        return systems;
    }

    private static void push(
            ReleasePlan plan, List<HostSystem> systems, Setup setup, CommandOutput output)
            throws CommandFailure, InterruptedException {
        if (plan.push().empty()) {
            return;
        }
        SequencedMap<StorePath, List<String>> paths = new LinkedHashMap<>();
        for (HostSystem system : systems) {
            paths.computeIfAbsent(system.path(), _ -> new ArrayList<>()).add(system.host());
        }
        var pusher = new Pusher(new ProcessRunner(), setup.environment(), plan.push());
        try (var lines = LiveLines.of(output)) {
            pusher.push(paths, PushView.of(lines, paths));
        } catch (PushException e) {
            FailureView.printOutput(output.err(), e.output());
            throw new CommandFailure(
                    ExitCode.NOT_PUSHED, e.getMessage() + "; nothing was registered");
        }
    }

    private Optional<CacheReport> verify(
            ReleasePlan plan, List<HostSystem> systems, Setup setup, CommandOutput output)
            throws CommandFailure, IOException, InterruptedException {
        if (flags.noVerify || plan.cache().isEmpty()) {
            return Optional.empty();
        }
        URI cache = plan.cache().get();
        if (!CacheVerifier.takes(cache)) {
            output.warn(
                    "whether hosts can fetch from %s was not looked at: only Nix talks to such a cache"
                            .formatted(FetchSources.nameOf(cache)));
            return Optional.empty();
        }
        var given =
                new CacheVerifier.Given(
                        NixConfig.read(new ProcessRunner()),
                        plan.trustedKeys(),
                        FlagValues.file(flags.tokenFile),
                        flags.airGapped);
        var http = new HttpMeans(Version.userAgent(), Optional.of(setup.vertx()));
        CacheReport report =
                CacheVerifier.of(cache, given, http, output::warn)
                        .verify(systems.stream().map(HostSystem::path).distinct().toList());
        if (!report.complete()) {
            FailureView.print(output.err(), report);
            throw new CommandFailure(
                    ExitCode.INCOMPLETE,
                    "hosts could not fetch this release from %s: %d of its paths cannot be had there; nothing was registered"
                            .formatted(FetchSources.nameOf(cache), report.problems().size()));
        }
        return Optional.of(report);
    }

    private NewRelease release(FlakeSource source, ReleasePlan plan, List<HostSystem> systems) {
        return new NewRelease(
                Optional.of(source.reference()),
                source.revision(),
                plan.cache().map(URI::toString),
                systems.stream()
                        .map(
                                system ->
                                        new ReleaseEntry(
                                                system.host(),
                                                system.path().toString(),
                                                system.platform(),
                                                system.tags()))
                        .toList());
    }

    private Optional<ReleaseFile> file() throws IOException {
        Optional<Path> path = FlagValues.file(flags.out);
        if (path.isPresent() && flags.dryRun) {
            throw new UsageException("--dry-run writes nothing: leave out --out");
        }
        Optional<ReleaseFile> file = path.map(ReleaseFile::new);
        if (file.isPresent()) {
            // An hour of building shall not end at a directory that is not there.
            file.get().checkWritable();
        }
        return file;
    }

    private static String register(NewRelease release, Setup setup)
            throws IOException, CommandFailure, InterruptedException {
        try {
            return setup.client().create(release).message().id();
        } catch (OperatorException e) {
            throw new CommandFailure(
                    ExitCode.of(e),
                    e.getMessage()
                            + (e.perhapsDone()
                                    ? "; it may be registered all the same: see 'nixfleet"
                                            + " release list'"
                                    : "; nothing was registered"));
        }
    }
}

package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.UsageException;
import io.nixfleet.cli.agents.AgentAddresses;
import io.nixfleet.cli.direct.DirectRollout;
import io.nixfleet.cli.direct.NotBegunException;
import io.nixfleet.cli.direct.Target;
import io.nixfleet.cli.release.ReleaseFile;
import io.nixfleet.cli.rollout.Batches;
import io.nixfleet.cli.rollout.HostEnd;
import io.nixfleet.cli.rollout.Terms;
import io.nixfleet.cli.settings.FleetFile;
import io.nixfleet.cli.view.DirectLines;
import io.nixfleet.cli.view.DirectView;
import io.nixfleet.cli.view.LiveLines;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.operator.NewRelease;
import io.nixfleet.protocol.operator.Release;
import io.nixfleet.protocol.operator.ReleaseEntry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code nixfleet deploy --direct}: a rollout by the agents of its hosts. */
final class DirectDeploy {
    private final Setup setup;
    private final CommandOutput output;
    private final String release;
    private final StrategyFlags.Chosen chosen;
    private final Optional<String> cache;
    private @Nullable DirectRollout rollout;

    /**
     * @param release a file, or an id that the control plane knows
     * @param cache in place of the release's
     */
    DirectDeploy(
            Setup setup,
            CommandOutput output,
            String release,
            StrategyFlags.Chosen chosen,
            Optional<String> cache) {
        this.setup = setup;
        this.output = output;
        this.release = release;
        this.chosen = chosen;
        this.cache = cache;
    }

    /**
     * Rolls it out, and shows how it went.
     *
     * @param agents words that say where agents listen
     */
    ExitCode run(List<String> agents, HostChoice choice)
            throws CommandFailure, IOException, InterruptedException {
        NewRelease content = read();
        List<ReleaseEntry> entries = choice.of(content.entries());
        Map<String, StorePath> systems = systems(entries);
        SequencedMap<String, URI> urls = urls(agents, systems.keySet());
        var batches = Batches.of(chosen.strategy(), chosen.sizes(), List.copyOf(urls.keySet()));
        var targets = new ArrayList<Target>();
        try {
            for (Map.Entry<String, StorePath> system : systems.entrySet()) {
                String host = system.getKey();
                URI url = Objects.requireNonNull(urls.get(host));
                targets.add(new Target(host, system.getValue(), setup.agent(host, url)));
            }
            var terms = new Terms(batches, chosen.threshold(), chosen.onFailure());
            var begun =
                    new DirectRollout(
                            "direct-" + UUID.randomUUID(),
                            targets,
                            terms,
                            cache.or(content::cacheUrl),
                            chosen.healthTimeout());
            DirectRollout.Result result = rollOut(begun, batches);
            output.print(new DirectView(result, batches, systems, Paint.ofOutput()), false);
            return result.status() == DirectRollout.Status.COMPLETED
                    ? ExitCode.OK
                    : ExitCode.NOT_DEPLOYED;
        } finally {
            targets.forEach(target -> target.agent().close());
        }
    }

    private DirectRollout.Result rollOut(DirectRollout begun, Batches batches)
            throws CommandFailure, InterruptedException {
        try {
            begun.look(output::warn);
        } catch (NotBegunException e) {
            e.problems().forEach(problem -> output.err().println(Paint.printable(problem)));
            throw new CommandFailure(
                    switch (e.why()) {
                        case WRONG_MACHINE -> ExitCode.USAGE;
                        case NOT_LET_IN -> ExitCode.REFUSED;
                        case UNREACHABLE -> ExitCode.UNREACHABLE;
                        case BUSY -> ExitCode.CONFLICT;
                    },
                    e);
        }
        rollout = begun;
        try (var lines = LiveLines.of(output)) {
            lines.expect(batches.hosts().stream().flatMap(List::stream).toList());
            return begun.run(new DirectLines(lines, batches.count()));
        }
    }

    private NewRelease read() throws CommandFailure, IOException, InterruptedException {
        Optional<Path> file = file();
        if (file.isPresent()) {
            return new ReleaseFile(file.get()).read();
        }
        if (!setup.hasControlPlane()) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "there is no file %s, as 'nixfleet release create --out' writes it; and no control plane is named that may know such a release"
                            .formatted(release));
        }
        Release registered = setup.client().release(release).message();
        return new NewRelease(
                registered.flakeRef(),
                registered.flakeRev(),
                registered.cacheUrl(),
                registered.entries());
    }

    private Optional<Path> file() {
        try {
            return Optional.of(Path.of(release)).filter(Files::exists);
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }

    private static Map<String, StorePath> systems(List<ReleaseEntry> entries) {
        var systems = new LinkedHashMap<String, StorePath>();
        for (ReleaseEntry entry : entries) {
            StorePath system = StorePath.parse(StoreDir.NIX_STORE, entry.storePath());
            if (systems.put(entry.hostname(), system) != null) {
                throw new UsageException("the release has %s twice".formatted(entry.hostname()));
            }
        }
        return systems;
    }

    private AgentAddresses addressesOf(List<String> words) throws IOException {
        var builder = new AgentAddresses.Builder();
        for (String word : words) {
            if (word.contains("://")) {
                builder.add("--agents", word);
                continue;
            }
            var file = FleetFile.read(Path.of(word), setup.environment(), output::warn);
            if (file.agents().isEmpty()) {
                throw new UsageException(
                        "--agents %s: it has no [agents] with lines like web-1 = \"https://web-1:9443\""
                                .formatted(word));
            }
            file.agents().forEach((host, url) -> builder.add(word, host, url));
        }
        return builder.build();
    }

    private AgentAddresses addressesOfFleetFile() throws IOException {
        var builder = new AgentAddresses.Builder();
        setup.file().agents().forEach((host, url) -> builder.add(FleetFile.NAME, host, url));
        return builder.build();
    }

    /** What the options say goes before what the fleet's file does. */
    private SequencedMap<String, URI> urls(List<String> words, Set<String> hosts)
            throws CommandFailure, IOException {
        AgentAddresses given = addressesOf(words);
        AgentAddresses ofFile = addressesOfFleetFile();
        if (given.empty() && ofFile.empty()) {
            throw new UsageException(
                    "--direct needs --agents, or [agents] in the fleet's file: where the agents of"
                            + " the hosts listen");
        }
        var urls = new LinkedHashMap<String, URI>();
        var lacking = new ArrayList<String>();
        for (String host : hosts) {
            given.of(host)
                    .or(() -> ofFile.of(host))
                    .ifPresentOrElse(url -> urls.put(host, url), () -> lacking.add(host));
        }
        if (!lacking.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "neither --agents nor the fleet's file says where the agent of %s listens"
                            .formatted(String.join(", ", lacking)));
        }
        if (new HashSet<>(urls.values()).size() < urls.size()) {
            throw new UsageException("--agents: two hosts have the same URL");
        }
        return urls;
    }

    /** What whoever interrupts it is told. */
    String goingOn() {
        DirectRollout begun = rollout;
        if (begun == null) {
            return "nothing was deployed";
        }
        Map<HostEnd.Kind, List<String>> hosts =
                begun.ends().entrySet().stream()
                        .filter(entry -> !begun.atWork().contains(entry.getKey()))
                        .collect(
                                Collectors.groupingBy(
                                        entry -> entry.getValue().kind(),
                                        LinkedHashMap::new,
                                        Collectors.mapping(
                                                Map.Entry::getKey, Collectors.toList())));
        var words = new ArrayList<String>();
        if (!begun.atWork().isEmpty()) {
            words.add("what has begun goes on at " + String.join(", ", begun.atWork()));
        }
        hosts.forEach(
                (kind, names) ->
                        words.add(
                                "%s: %s"
                                        .formatted(
                                                DirectView.word(kind), String.join(", ", names))));
        words.add("run the same again to go on: hosts that run the release are passed over");
        return String.join("; ", words);
    }
}

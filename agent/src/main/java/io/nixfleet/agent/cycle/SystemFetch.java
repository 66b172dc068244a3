package io.nixfleet.agent.cycle;

import io.nixfleet.agent.activation.FreeSpace;
import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.PhaseResult;
import io.nixfleet.agent.fetch.CacheAccess;
import io.nixfleet.agent.fetch.EarlySources;
import io.nixfleet.agent.fetch.FetchSources;
import io.nixfleet.agent.fetch.HttpMeans;
import io.nixfleet.agent.fetch.OpenFiles;
import io.nixfleet.agent.heap.FetchRoom;
import io.nixfleet.agent.heap.SoftHeapLimit;
import io.nixfleet.agent.metrics.AgentMetrics;
import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.agent.nix.PendingNixConfig;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.daemon.StoreSelection;
import io.nixfleet.substituter.fetch.Approval;
import io.nixfleet.substituter.fetch.ClosurePlan;
import io.nixfleet.substituter.fetch.FetchEvent;
import io.nixfleet.substituter.fetch.FetchListener;
import io.nixfleet.substituter.fetch.FetchOutcome;
import io.nixfleet.substituter.fetch.PathResult;
import io.nixfleet.substituter.fetch.Substituter;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a system valid in the host's store, and keeps it from the garbage collector. */
public final class SystemFetch {
    /** What a store must have free besides the closure: the database, and whatever else writes. */
    private static final long SPARE_BYTES = 64L << 20;

    private static final int FAILURES_SHOWN = 3;
    private static final Logger LOG = LoggerFactory.getLogger(SystemFetch.class);

    private final Options options;
    private final Function<List<URI>, FetchListener> listeners;
    private final ProcessRunner runner;
    private final Map<String, String> environment;
    private final Consumer<AgentMetrics.Refused> refused;

    /** What Nix said last, or will probably say. */
    private volatile NixConfig assumed;

    /**
     * How to fetch.
     *
     * @param storeFiles a directory on the store's file system
     */
    public record Options(AgentSettings.Fetching fetching, Path storeFiles, HttpMeans http) {}

    /**
     * @param environment where Nix is asked for its configuration
     * @param listeners makes the listener of each fetch, told of the caches that it may ask
     * @param refused told of systems that are not even tried
     */
    SystemFetch(
            Options options,
            ProcessRunner runner,
            Map<String, String> environment,
            Function<List<URI>, FetchListener> listeners,
            Consumer<AgentMetrics.Refused> refused) {
        this.options = options;
        this.runner = runner;
        this.environment = Map.copyOf(environment);
        this.listeners = listeners;
        this.refused = refused;
        this.assumed = NixConfig.assumed(environment);
    }

    /**
     * Fetches, and makes {@code root} a root of the system before its temporary ones go.
     *
     * @return {@link PhaseResult.Fetched} or {@link PhaseResult.NotFetched}
     */
    PhaseResult fetch(DeployRequest request, Path root) throws InterruptedException {
        // Without a cache of the fleet the system must be here already.
        List<URI> urls = sources(request.cacheUrl().or(options.fetching()::cacheUrl));
        FetchListener listener = listeners.apply(urls);
        // Read each time: a key that was revoked is refused at the next fetch.
        try (var config = PendingNixConfig.read(runner, environment);
                var early = openEarly(urls, request.system(), listener);
                StoreSession session = options.fetching().store().openSession()) {
            if (isHere(session, request.system(), root)) {
                listener.on(new FetchEvent.Planned(ClosurePlan.nothing(request.system())));
                return new PhaseResult.Fetched();
            }
            NixConfig known = config.await();
            assumed = known;
            return fetch(
                    early.await(known).into(options.fetching().store()),
                    session,
                    request.system(),
                    root);
        } catch (StoreException | IOException | FormatException e) {
            return notFetched(request.system(), String.valueOf(e.getMessage()));
        }
    }

    private EarlySources openEarly(List<URI> urls, StorePath system, FetchListener listener)
            throws IOException {
        OpenFiles.requireEnoughForAFetch();
        AgentSettings.Fetching fetching = options.fetching();
        boolean fallback = !urls.isEmpty() && !fetching.airGapped();
        var help = new FetchSources.NixHelp(runner, environment, fetching.nixStore(), fallback);
        var wanted =
                new EarlySources.Wanted(
                        urls,
                        Optional.of(help),
                        fetching.trustedPublicKeys(),
                        fetching.netrc(),
                        () ->
                                CacheAccess.read(
                                        fetching.caches(),
                                        fetching.cacheUrl().stream().toList(),
                                        LOG::warn));
        Path files =
                StoreSelection.files(fetching.nixStore().orElse("auto")).resolve(system.baseName());
        // What has no files is not valid; what has some may be, and then no cache is asked.
        List<StorePath> lacking =
                Files.exists(files, LinkOption.NOFOLLOW_LINKS) ? List.of() : List.of(system);
        return EarlySources.open(wanted, assumed, lacking, listener, options.http());
    }

    /** Whether the store has the system, which is a root from then on: all else takes longer. */
    private static boolean isHere(StoreSession session, StorePath system, Path root)
            throws StoreException, IOException, InterruptedException {
        // No more than asked: what is missing is the fetch's to prepare for.
        if (session.query(system).isEmpty()) {
            return false;
        }
        session.addRoot(inDirectory(root), system);
        return true;
    }

    private static Path inDirectory(Path root) throws IOException {
        Files.createDirectories(root.toAbsolutePath().getParent());
        return root;
    }

    /** The deployment's cache, or else our own, and the extra ones. */
    private List<URI> sources(Optional<URI> cache) {
        var sources = new LinkedHashSet<URI>();
        cache.ifPresent(sources::add);
        sources.addAll(options.fetching().caches().extraCaches());
        return List.copyOf(sources);
    }

    private PhaseResult fetch(
            Substituter substituter, StoreSession session, StorePath system, Path root)
            throws StoreException, IOException, InterruptedException {
        try (var _ = FetchRoom.open();
                var _ = SoftHeapLimit.watch();
                var substitution = substituter.open(session)) {
            long free = FreeSpace.bytesAt(options.storeFiles());
            var admission = new Admission(system, substituter.sourceless(), free);
            FetchOutcome outcome = substitution.fetch(List.of(system), admission);
            if (outcome instanceof FetchOutcome.Declined(String why)) {
                return notFetched(system, why);
            }
            if (!(outcome instanceof FetchOutcome.Complete)) {
                return notFetched(system, failures(outcome));
            }
            substitution.addRoot(inDirectory(root), system);
            return new PhaseResult.Fetched();
        }
    }

    /** Lets through what can be had and fits. */
    private final class Admission implements Approval {
        private final StorePath system;
        private final boolean sourceless;

        /** Bytes of the store's file system, before anything is imported. */
        private final long free;

        Admission(StorePath system, boolean sourceless, long free) {
            this.system = system;
            this.sourceless = sourceless;
            this.free = free;
        }

        @Override
        public long unasked() {
            return free - SPARE_BYTES;
        }

        @Override
        public Optional<String> objection(ClosurePlan plan) {
            if (sourceless && !plan.valid().contains(system)) {
                refused.accept(AgentMetrics.Refused.NO_CACHE);
                return Optional.of(
                        "it is not valid here, and there is no cache to fetch it from: neither the"
                                + " deployment nor --cache-url names one");
            }
            long needed = plan.narBytes() + SPARE_BYTES;
            if (!plan.fetch().isEmpty() && free < needed) {
                refused.accept(AgentMetrics.Refused.NO_SPACE);
                return Optional.of(
                        "the store's file system has %d MB free, and the closure takes %d MB; make"
                                        .formatted(free / 1_000_000, needed / 1_000_000)
                                + " room, such as by nix-collect-garbage");
            }
            return Optional.empty();
        }
    }

    private static String failures(FetchOutcome outcome) {
        List<PathResult.Failure> failures =
                outcome.failures().stream()
                        .filter(failure -> !(failure instanceof PathResult.Blocked))
                        .toList();
        String shown =
                failures.stream()
                        .limit(FAILURES_SHOWN)
                        .map(failure -> failure.path() + ": " + failure.reason())
                        .collect(Collectors.joining("; "));
        int more = failures.size() - FAILURES_SHOWN;
        return more > 0 ? "%s; and %d paths more".formatted(shown, more) : shown;
    }

    private static PhaseResult notFetched(StorePath system, String why) {
        return new PhaseResult.NotFetched("could not fetch %s: %s".formatted(system, why));
    }
}

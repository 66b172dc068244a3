package io.nixfleet.cli.verify;

import io.nixfleet.agent.fetch.CacheAccess;
import io.nixfleet.agent.fetch.CacheSettings;
import io.nixfleet.agent.fetch.CopyFallback;
import io.nixfleet.agent.fetch.FetchEnvironment;
import io.nixfleet.agent.fetch.FetchSources;
import io.nixfleet.agent.fetch.HttpMeans;
import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.fetch.ClosurePlan;
import io.nixfleet.substituter.fetch.PathResult;
import io.nixfleet.substituter.fetch.Substitution;
import io.nixfleet.substituter.store.EmptyStore;
import io.nixfleet.substituter.store.StoreException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Looks for systems in a cache as hosts do, as if they had nothing yet. */
public final class CacheVerifier {
    /** Kinds of substituters that are asked natively. */
    private static final Pattern ASKED =
            Pattern.compile("(https?|file)://[\\w.~:/?@!$&'()*+,;=%\\[\\]-]+");

    private final URI cache;
    private final FetchEnvironment environment;
    private final List<URI> upstream;
    private final HttpMeans http;

    private CacheVerifier(
            URI cache, FetchEnvironment environment, List<URI> upstream, HttpMeans http) {
        this.cache = cache;
        this.environment = environment;
        this.upstream = upstream;
        this.http = http;
    }

    /**
     * What is known of hosts, and of us.
     *
     * @param config whose keys are trusted, and whose substituters stand for those of hosts
     * @param moreKeys trusted, too, each {@code name:base64}
     * @param tokenFile a file with a bearer token for the cache
     * @param airGapped whether hosts have no way to the substituters
     */
    public record Given(
            NixConfig config, List<String> moreKeys, Optional<Path> tokenFile, boolean airGapped) {
        public Given {
            moreKeys = List.copyOf(moreKeys);
        }
    }

    /**
     * One for a cache.
     *
     * @param http over which it is asked
     * @param warnings hears of a token that others can read, for people
     * @throws FormatException for a key or a token that is none
     * @throws IOException when a file cannot be read
     */
    public static CacheVerifier of(
            URI cache, Given given, HttpMeans http, Consumer<String> warnings) throws IOException {
        CacheSettings settings =
                new CacheSettings(
                        List.of(),
                        List.of(),
                        given.tokenFile,
                        false,
                        false,
                        CacheSettings.NONE.maxWindowMebibytes());
        List<URI> upstream =
                given.airGapped
                        ? List.of()
                        : given.config.substituters().stream()
                                .filter(url -> ASKED.matcher(url).matches())
                                .map(URI::create)
                                .filter(url -> !url.equals(cache))
                                .toList();
        return new CacheVerifier(
                cache,
                FetchEnvironment.of(
                        given.config,
                        given.moreKeys,
                        Optional.empty(),
                        CacheAccess.read(settings, List.of(cache), warnings)),
                upstream,
                http);
    }

    /** Whether it can look into a cache: others are Nix's own business. */
    public static boolean takes(URI cache) {
        return !CopyFallback.takes(cache);
    }

    /**
     * Looks for systems, with all that they refer to.
     *
     * @throws FormatException for a URL that is none of a cache
     */
    public CacheReport verify(Collection<StorePath> systems) throws InterruptedException {
        ClosurePlan plan = plan(List.of(cache), systems);
        List<PathResult.Failure> causes = causes(plan);
        List<StorePath> absent =
                causes.stream()
                        .filter(PathResult.Absent.class::isInstance)
                        .map(PathResult.Failure::path)
                        .toList();
        Map<StorePath, String> upstreamSays =
                absent.isEmpty() || upstream.isEmpty() ? Map.of() : ask(absent);
        var problems = new ArrayList<CacheReport.Problem>();
        var upstreamOnly = new ArrayList<StorePath>();
        for (PathResult.Failure cause : causes) {
            boolean asked = cause instanceof PathResult.Absent && !upstream.isEmpty();
            String said = upstreamSays.get(cause.path());
            if (asked && said == null) {
                upstreamOnly.add(cause.path());
            } else {
                problems.add(problem(cause, asked ? "; upstream: " + said : ""));
            }
        }
        return new CacheReport(plan.fetch().size(), problems, upstreamOnly);
    }

    /** Why upstream caches cannot help, for each path with which they cannot. */
    private Map<StorePath, String> ask(List<StorePath> absent) throws InterruptedException {
        return plan(upstream, absent).failures().stream()
                .collect(
                        Collectors.toMap(
                                PathResult.Failure::path,
                                PathResult.Failure::reason,
                                (first, _) -> first));
    }

    private ClosurePlan plan(List<URI> caches, Collection<StorePath> paths)
            throws InterruptedException {
        try (var sources = FetchSources.open(environment, caches, Optional.empty(), _ -> {}, http);
                Substitution substitution =
                        sources.into(new EmptyStore(StoreDir.NIX_STORE)).open()) {
            return substitution.plan(List.copyOf(paths));
        } catch (StoreException e) {
            throw new IllegalStateException("an empty store cannot fail", e);
        }
    }

    private static List<PathResult.Failure> causes(ClosurePlan plan) {
        return plan.failures().stream()
                .filter(failure -> !(failure instanceof PathResult.Blocked))
                .collect(
                        Collectors.toMap(
                                PathResult.Failure::path, Function.identity(), (first, _) -> first))
                .values()
                .stream()
                .sorted(Comparator.comparing(PathResult.Failure::path))
                .toList();
    }

    private static CacheReport.Problem problem(PathResult.Failure cause, String more) {
        String kind =
                switch (cause) {
                    case PathResult.Absent _ -> "absent";
                    case PathResult.Refused _ -> "refused";
                    case PathResult.Unreachable _ -> "unreachable";
                    case PathResult.StoreFailed _, PathResult.Blocked _ -> "failed";
                };
        List<StorePath> via = cause instanceof PathResult.Absent(_, _, var way) ? way : List.of();
        return new CacheReport.Problem(cause.path(), kind, cause.reason() + more, via);
    }
}

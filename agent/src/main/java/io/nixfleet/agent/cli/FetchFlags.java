package io.nixfleet.agent.cli;

import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.console.FlagValues;
import io.nixfleet.agent.doctor.Given;
import io.nixfleet.agent.doctor.Subject;
import io.nixfleet.agent.fetch.CacheAccess;
import io.nixfleet.agent.fetch.CacheSettings;
import io.nixfleet.agent.fetch.FetchEnvironment;
import io.nixfleet.agent.fetch.FetchSources;
import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.daemon.DaemonTarget;
import io.nixfleet.substituter.daemon.StoreSelection;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where systems come from, whom to believe, and which store takes them. */
final class FetchFlags {
    @Option(
            names = "--cache-url",
            paramLabel = "URL",
            defaultValue = "${env:NIXFLEET_CACHE_URL}",
            description = "The cache of deployments that name none. Variable: NIXFLEET_CACHE_URL.")
    private @Nullable URI cacheUrl;

    @Option(
            names = "--trusted-public-key",
            paramLabel = "NAME:KEY",
            description = "Trust this key, too, besides those of nix.conf. Repeatable.")
    private List<String> trustedPublicKeys = new ArrayList<>();

    @Option(
            names = "--netrc-file",
            paramLabel = "FILE",
            description = "Logins for caches, in place of nix.conf's netrc-file.")
    private @Nullable Path netrc;

    @Mixin private CacheFlags access = new CacheFlags();
    @Mixin private ExtraCacheFlags extraCaches = new ExtraCacheFlags();

    @Option(
            names = "--air-gapped",
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "${env:NIXFLEET_AIR_GAPPED:-false}",
            paramLabel = "BOOL",
            description =
                    "Never take paths from the system's own substituters: the fleet's cache has"
                            + " whole closures. Variable: NIXFLEET_AIR_GAPPED.")
    private String airGapped = "false";

    @Option(
            names = "--store",
            paramLabel = "STORE",
            defaultValue = "auto",
            description =
                    "Which store takes the paths: auto, daemon, a socket or a directory, as 'fetch'"
                            + " says. Default: auto.")
    private String store = "auto";

    /**
     * Keys, logins and token are read again at each fetch; here only whether they can be.
     *
     * @param tokenOverHttp whether a token may go where others can read it
     */
    AgentSettings.Fetching fetching(boolean tokenOverHttp) throws IOException {
        Optional<URI> cache =
                Optional.ofNullable(cacheUrl).filter(given -> !given.toString().isEmpty());
        CacheSettings settings = access.settings(extraCaches.urls(), tokenOverHttp);
        var named = new ArrayList<>(cache.stream().toList());
        named.addAll(settings.extraCaches());
        Optional<Path> logins = logins();
        FetchSources.check(
                FetchEnvironment.of(
                        NixConfig.NONE,
                        trustedPublicKeys,
                        logins,
                        CacheAccess.read(settings, named, _ -> {})),
                named);
        return new AgentSettings.Fetching(
                cache,
                trustedPublicKeys,
                logins,
                settings,
                FlagValues.truth("--air-gapped", airGapped),
                FetchSetup.daemonStore(store),
                StoreSelection.nixName(store));
    }

    /**
     * The same for a look at the host, read as far as it is of use.
     *
     * @param wrong takes what is of no use
     */
    Subject.Sources sources(
            boolean tokenOverHttp,
            Map<String, String> environment,
            Optional<StorePath> path,
            List<String> wrong) {
        List<URI> extra = valueOr(Given.of(extraCaches::urls), List.of(), wrong);
        var caches =
                new LinkedHashSet<>(
                        Optional.ofNullable(cacheUrl)
                                .filter(given -> !given.toString().isEmpty())
                                .stream()
                                .toList());
        caches.addAll(extra);
        var _ = valueOr(Given.of(() -> FlagValues.truth("--air-gapped", airGapped)), false, wrong);
        CacheSettings settings =
                valueOr(
                        Given.of(() -> access.settings(extra, tokenOverHttp)),
                        CacheSettings.NONE,
                        wrong);
        return new Subject.Sources(
                List.copyOf(caches),
                trustedPublicKeys,
                settings,
                logins(),
                Given.of(() -> target(environment)),
                path);
    }

    private static <T> T valueOr(Given<T> given, T otherwise, List<String> wrong) {
        return switch (given) {
            case Given.Value<T>(var value) -> value;
            case Given.Wrong<T>(var problem) -> {
                wrong.add(problem);
                yield otherwise;
            }
        };
    }

    private DaemonTarget target(Map<String, String> environment) {
        DaemonTarget target = new StoreSelection(List.of("nix-daemon"), environment).parse(store);
        return target instanceof DaemonTarget.Stdio own
                ? new DaemonTarget.Stdio(own.command(), own.storeUri(), environment)
                : target;
    }

    /** The netrc file, if there is one besides nix.conf's. */
    Optional<Path> logins() {
        return FlagValues.file(netrc);
    }
}

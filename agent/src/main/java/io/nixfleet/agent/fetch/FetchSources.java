package io.nixfleet.agent.fetch;

import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.AskedAhead;
import io.nixfleet.substituter.cache.BinaryCache;
import io.nixfleet.substituter.cache.BinaryCaches;
import io.nixfleet.substituter.fetch.Fallback;
import io.nixfleet.substituter.fetch.FetchListener;
import io.nixfleet.substituter.fetch.FetchPolicy;
import io.nixfleet.substituter.fetch.Substituter;
import io.nixfleet.substituter.store.Store;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a fetch takes paths from: caches that our own client asks, in the order of their URLs; then
 * those that only Nix talks to; last, unless forbidden, the system's own substituters.
 */
public final class FetchSources implements AutoCloseable {
    private final BinaryCaches caches;
    private final List<BinaryCache> opened;
    private final List<Fallback> fallbacks;
    private final FetchEnvironment environment;
    private final FetchListener listener;

    /**
     * What Nix itself may do for a fetch.
     *
     * @param runner starts its commands
     * @param environment added to our own for them
     * @param store the store that they add to, as Nix names it; empty for the one that Nix chooses
     * @param systemSubstituters whether paths may come from the system's own substituters; never on
     *     a host without a way to them, nor where all must come from the fleet
     */
    public record NixHelp(
            ProcessRunner runner,
            Map<String, String> environment,
            Optional<String> store,
            boolean systemSubstituters) {
        public NixHelp {
            environment = Map.copyOf(environment);
        }
    }

    private FetchSources(
            BinaryCaches caches,
            List<BinaryCache> opened,
            List<Fallback> fallbacks,
            FetchEnvironment environment,
            FetchListener listener) {
        this.caches = caches;
        this.opened = opened;
        this.fallbacks = fallbacks;
        this.environment = environment;
        this.listener = listener;
    }

    /**
     * Opens them; nothing is asked yet.
     *
     * @param help empty for a store that Nix does not know
     * @throws FormatException for a URL that is none of a cache, or needs Nix where there is none
     */
    public static FetchSources open(
            FetchEnvironment environment,
            List<URI> urls,
            Optional<NixHelp> help,
            FetchListener listener,
            HttpMeans http) {
        BinaryCaches caches = environment.openCaches(listener, http);
        try {
            var opened = new ArrayList<BinaryCache>();
            var fallbacks = new ArrayList<Fallback>();
            for (URI url : urls) {
                if (CopyFallback.takes(url)) {
                    fallbacks.add(copyFrom(url, help, environment));
                } else {
                    opened.add(environment.open(caches, url));
                }
            }
            help.filter(NixHelp::systemSubstituters)
                    .ifPresent(
                            nix ->
                                    fallbacks.add(
                                            new RealiseFallback(nix, RealiseFallback.SILENCE)));
            return new FetchSources(caches, opened, fallbacks, environment, listener);
        } catch (FormatException e) {
            caches.close();
            throw e;
        }
    }

    private static Fallback copyFrom(
            URI url, Optional<NixHelp> help, FetchEnvironment environment) {
        NixHelp nix =
                help.orElseThrow(
                        () ->
                                new FormatException(
                                        "a cache of the kind %s:// needs Nix, which this store has not"
                                                .formatted(url.getScheme())));
        return new CopyFallback(nix, url, environment.extraTrustedKeys(), RealiseFallback.SILENCE);
    }

    /**
     * Finds out whether caches can be opened, without doing so.
     *
     * @throws FormatException for a URL that is none of a cache, or would be trusted without leave
     */
    public static void check(FetchEnvironment environment, List<URI> urls) {
        for (URI url : urls) {
            if (CopyFallback.takes(url)) {
                var _ = CopyFallback.nameOf(url);
            } else {
                environment.access().check(url);
            }
        }
    }

    /**
     * How a cache is called in events and metrics: without a login.
     *
     * @throws FormatException when the URL is none of a cache
     */
    public static String nameOf(URI url) {
        return CopyFallback.takes(url) ? CopyFallback.nameOf(url) : BinaryCaches.nameOf(url);
    }

    /**
     * Begins to ask for what a fetch needs first. With several caches that is who is asked first.
     *
     * @param paths that a fetch will look up
     */
    void askAhead(Collection<StorePath> paths) {
        Collection<StorePath> lookups = opened.size() == 1 ? paths : List.of();
        opened.replaceAll(cache -> AskedAhead.ask(cache, lookups));
    }

    /** The same caches, for a host of which more is known; its logins must be the same. */
    FetchSources knowing(FetchEnvironment known) {
        return new FetchSources(caches, opened, fallbacks, known, listener);
    }

    /** What fetches from them into a store. */
    public Substituter into(Store store) {
        return new Substituter(
                store,
                opened,
                fallbacks,
                environment.trustedKeys(),
                environment.extraTrustedKeys(),
                FetchPolicy.DEFAULT,
                listener);
    }

    @Override
    public void close() {
        opened.forEach(BinaryCache::close);
        caches.close();
    }
}

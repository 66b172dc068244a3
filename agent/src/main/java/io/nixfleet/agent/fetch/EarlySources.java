package io.nixfleet.agent.fetch;

import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.fetch.FetchListener;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sources of a fetch that are asked for what it needs first while Nix says its configuration and
 * the store is opened: together they take as long as a cache far away to answer. Of the
 * configuration caches need nothing but the netrc file, and nearly always it is where Nix has it by
 * default; where it is not, all begins again with the right one.
 */
public final class EarlySources implements AutoCloseable {
    private final Wanted wanted;
    private final FetchListener listener;
    private final HttpMeans http;
    private final Optional<Path> assumedLogins;
    private @Nullable CacheAccess access;
    private @Nullable FetchSources sources;

    /**
     * What is to be opened.
     *
     * @param urls see {@link FetchSources#open}
     * @param help see {@link FetchSources#open}
     * @param trustedKeys besides nix.conf's, each {@code name:base64}
     * @param netrc in place of nix.conf's
     * @param access what the operator grants caches; read once, when sources are opened
     */
    public record Wanted(
            List<URI> urls,
            Optional<FetchSources.NixHelp> help,
            List<String> trustedKeys,
            Optional<Path> netrc,
            Access access) {
        public Wanted {
            urls = List.copyOf(urls);
            trustedKeys = List.copyOf(trustedKeys);
        }
    }

    /** Reads what the operator grants caches. */
    public interface Access {
        /**
         * Reads it.
         *
         * @throws IOException see {@link CacheAccess#read}
         */
        CacheAccess read() throws IOException;
    }

    private EarlySources(
            Wanted wanted, FetchListener listener, HttpMeans http, Optional<Path> assumedLogins) {
        this.wanted = wanted;
        this.listener = listener;
        this.http = http;
        this.assumedLogins = assumedLogins;
    }

    /**
     * Opens them, and begins to ask if there is something to ask for. A fault shows when they are
     * awaited.
     *
     * @param assumed what Nix's configuration will probably be
     * @param lacking paths that will be fetched, as far as is known; without them nothing is asked
     */
    public static EarlySources open(
            Wanted wanted,
            NixConfig assumed,
            Collection<StorePath> lacking,
            FetchListener listener,
            HttpMeans http) {
        var early =
                new EarlySources(
                        wanted, listener, http, FetchEnvironment.logins(assumed, wanted.netrc()));
        if (!lacking.isEmpty()) {
            early.ask(assumed, lacking);
        }
        return early;
    }

    private void ask(NixConfig assumed, Collection<StorePath> lacking) {
        FetchSources opened;
        try {
            opened = open(environment(assumed));
        } catch (IOException | FormatException _) {
            // It may be the assumption's fault; else it happens again, to who waits for it.
            return;
        }
        opened.askAhead(lacking);
        sources = opened;
    }

    private FetchEnvironment environment(NixConfig config) throws IOException {
        CacheAccess granted = access;
        if (granted == null) {
            granted = wanted.access().read();
            access = granted;
        }
        return FetchEnvironment.of(config, wanted.trustedKeys(), wanted.netrc(), granted);
    }

    private FetchSources open(FetchEnvironment environment) {
        return FetchSources.open(environment, wanted.urls(), wanted.help(), listener, http);
    }

    /**
     * The sources, now that the configuration is known.
     *
     * @return closed with this
     * @throws IOException when a netrc file cannot be read
     * @throws FormatException for a URL, a key or a netrc file that makes no sense
     */
    public FetchSources await(NixConfig config) throws IOException {
        FetchEnvironment environment = environment(config);
        FetchSources opened = sources;
        if (opened != null
                && assumedLogins.equals(FetchEnvironment.logins(config, wanted.netrc()))) {
            opened = opened.knowing(environment);
        } else {
            close();
            opened = open(environment);
        }
        sources = opened;
        return opened;
    }

    @Override
    public void close() {
        FetchSources opened = sources;
        sources = null;
        if (opened != null) {
            opened.close();
        }
    }
}

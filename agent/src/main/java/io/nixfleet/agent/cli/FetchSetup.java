package io.nixfleet.agent.cli;

import io.nixfleet.agent.console.UsageException;
import io.nixfleet.agent.fetch.CacheAccess;
import io.nixfleet.agent.fetch.EarlySources;
import io.nixfleet.agent.fetch.FetchSources;
import io.nixfleet.agent.fetch.HttpMeans;
import io.nixfleet.agent.fetch.OpenFiles;
import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.agent.nix.PendingNixConfig;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.http.SmallVertx;
import io.nixfleet.substituter.daemon.DaemonStore;
import io.nixfleet.substituter.daemon.StoreSelection;
import io.nixfleet.substituter.fetch.FetchListener;
import io.nixfleet.substituter.fetch.Substituter;
import io.nixfleet.substituter.store.Store;
import io.nixfleet.substituter.unpack.UnpackStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What the options of {@code fetch} and {@code plan} name, opened. */
final class FetchSetup implements AutoCloseable {
    private static final String UNPACK = "unpack:";

    /** How many paths are looked up before the store is asked for them. */
    private static final int ASKED_AHEAD = 16;

    private final Vertx vertx;
    private final EarlySources opened;
    private final FetchSources sources;
    private final Store store;

    private FetchSetup(Vertx vertx, EarlySources opened, FetchSources sources, Store store) {
        this.vertx = vertx;
        this.opened = opened;
        this.sources = sources;
        this.store = store;
    }

    /**
     * @param store that of the options
     * @throws UsageException when an option's value, or a file that it names, is of no use
     */
    static FetchSetup open(
            FetchOptions options, Store store, FetchListener listener, Consumer<String> warnings)
            throws InterruptedException {
        requireOpenFiles();
        try (var config = PendingNixConfig.read(new ProcessRunner(), Map.of())) {
            // Takes as long as Nix to say what its configuration is.
            Vertx vertx = SmallVertx.open();
            boolean opened = false;
            try {
                EarlySources early = early(options, vertx, listener, warnings);
                var setup = open(early, config, options, vertx, store);
                opened = true;
                return setup;
            } finally {
                if (!opened) {
                    vertx.close();
                }
            }
        } catch (FormatException | IOException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    private static FetchSetup open(
            EarlySources early,
            PendingNixConfig config,
            FetchOptions options,
            Vertx vertx,
            Store store)
            throws IOException, InterruptedException {
        boolean opened = false;
        try {
            var setup = new FetchSetup(vertx, early, early.await(config(config, options)), store);
            opened = true;
            return setup;
        } finally {
            if (!opened) {
                early.close();
            }
        }
    }

    private static EarlySources early(
            FetchOptions options, Vertx vertx, FetchListener listener, Consumer<String> warnings) {
        var wanted =
                new EarlySources.Wanted(
                        options.caches,
                        nixHelp(options),
                        options.trustedPublicKeys,
                        Optional.ofNullable(options.netrcFile),
                        () ->
                                CacheAccess.read(
                                        options.access.settings(List.of(), options.allowInsecure),
                                        options.caches,
                                        warnings));
        return EarlySources.open(
                wanted,
                NixConfig.assumed(System.getenv()),
                lacking(options),
                listener,
                new HttpMeans(Version.userAgent(), Optional.of(vertx)));
    }

    /** Of the paths asked for, some that have no files in the store, so that they are not valid. */
    private static List<StorePath> lacking(FetchOptions options) {
        Path files =
                options.store.startsWith(UNPACK)
                        ? StoreSelection.files(options.store.substring(UNPACK.length()))
                        : StoreSelection.files(options.store);
        return options.roots.stream()
                .limit(ASKED_AHEAD)
                .filter(
                        root ->
                                !Files.exists(
                                        files.resolve(root.baseName()), LinkOption.NOFOLLOW_LINKS))
                .toList();
    }

    /** A store that needs no Nix must do without Nix's configuration, should there be none. */
    private static NixConfig config(PendingNixConfig pending, FetchOptions options)
            throws InterruptedException {
        try {
            return pending.await();
        } catch (IOException e) {
            if (options.store.startsWith(UNPACK)) {
                return NixConfig.NONE;
            }
            throw new UsageException(
                    "Nix's configuration cannot be read: %s; is Nix installed and on the PATH?"
                            .formatted(e.getMessage()),
                    e);
        }
    }

    private static Optional<FetchSources.NixHelp> nixHelp(FetchOptions options) {
        if (options.store.startsWith(UNPACK)) {
            return Optional.empty();
        }
        return Optional.of(
                new FetchSources.NixHelp(
                        new ProcessRunner(),
                        Map.of(),
                        StoreSelection.nixName(options.store),
                        !options.noFallback && !options.airGapped));
    }

    private static void requireOpenFiles() {
        try {
            OpenFiles.requireEnoughForAFetch();
        } catch (IOException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * The store that the options name.
     *
     * @throws UsageException when they name none
     */
    static Store store(FetchOptions options) {
        if (options.store.startsWith(UNPACK)) {
            return new UnpackStore(
                    Path.of(options.store.substring(UNPACK.length())), StoreDir.NIX_STORE);
        }
        try {
            return daemonStore(options.store);
        } catch (FormatException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * A store that a Nix daemon writes to.
     *
     * @throws FormatException when the text names none
     */
    static Store daemonStore(String store) {
        return DaemonStore.at(StoreSelection.ofSystem().parse(store)).name(store).build();
    }

    /** Into the store of the options. */
    Substituter substituter() {
        return sources.into(store);
    }

    /** Into another store than that of the options. */
    Substituter substituterInto(Store other) {
        return sources.into(other);
    }

    String storeName() {
        return store.name();
    }

    @Override
    public void close() {
        opened.close();
        vertx.close();
    }
}

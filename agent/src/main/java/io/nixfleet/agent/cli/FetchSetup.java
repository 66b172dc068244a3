package io.nixfleet.agent.cli;

import io.nixfleet.agent.fetch.FetchEnvironment;
import io.nixfleet.agent.fetch.OpenFiles;
import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.substituter.cache.BinaryCache;
import io.nixfleet.substituter.cache.BinaryCaches;
import io.nixfleet.substituter.daemon.DaemonStore;
import io.nixfleet.substituter.daemon.StoreSelection;
import io.nixfleet.substituter.fetch.FetchListener;
import io.nixfleet.substituter.fetch.FetchPolicy;
import io.nixfleet.substituter.fetch.Substituter;
import io.nixfleet.substituter.store.Store;
import io.nixfleet.substituter.unpack.UnpackStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;

/** What the options of {@code fetch} and {@code plan} name, opened. */
final class FetchSetup implements AutoCloseable {
    private static final String UNPACK = "unpack:";

    private final BinaryCaches caches;
    private final Substituter substituter;

    private FetchSetup(BinaryCaches caches, Substituter substituter) {
        this.caches = caches;
        this.substituter = substituter;
    }

    /**
     * @throws UsageException when an option's value, or a file that it names, is of no use
     */
    static FetchSetup open(FetchOptions options, FetchListener listener)
            throws InterruptedException {
        requireOpenFiles();
        NixConfig config = readConfig(options);
        try {
            FetchEnvironment environment =
                    FetchEnvironment.of(
                            config,
                            options.trustedPublicKeys,
                            Optional.ofNullable(options.netrcFile));
            Store store = store(options);
            BinaryCaches caches = environment.openCaches(listener, Version.userAgent());
            try {
                var opened = new ArrayList<BinaryCache>();
                for (URI uri : options.caches) {
                    opened.add(caches.open(uri));
                }
                return new FetchSetup(
                        caches,
                        new Substituter(
                                store,
                                opened,
                                environment.trustedKeys(),
                                FetchPolicy.DEFAULT,
                                listener));
            } catch (FormatException e) {
                caches.close();
                throw e;
            }
        } catch (FormatException | IOException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void requireOpenFiles() {
        try {
            OpenFiles.requireEnoughForAFetch();
        } catch (IOException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** A store that needs no Nix must do without Nix's configuration, should there be none. */
    private static NixConfig readConfig(FetchOptions options) throws InterruptedException {
        try {
            return NixConfig.read(new ProcessRunner());
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

    private static Store store(FetchOptions options) {
        if (options.store.startsWith(UNPACK)) {
            return new UnpackStore(
                    Path.of(options.store.substring(UNPACK.length())), StoreDir.NIX_STORE);
        }
        return DaemonStore.at(StoreSelection.ofSystem().parse(options.store))
                .name(options.store)
                .extraTrustedKeys(options.trustedPublicKeys)
                .build();
    }

    Substituter substituter() {
        return substituter;
    }

    String storeName() {
        return substituter.store().name();
    }

    @Override
    public void close() {
        caches.close();
    }
}

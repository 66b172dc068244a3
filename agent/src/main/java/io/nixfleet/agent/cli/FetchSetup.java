package io.nixfleet.agent.cli;

import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.signature.TrustedKeys;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.substituter.cache.BinaryCache;
import io.nixfleet.substituter.cache.BinaryCaches;
import io.nixfleet.substituter.cache.CacheListener;
import io.nixfleet.substituter.cache.CacheOptions;
import io.nixfleet.substituter.cache.credentials.Netrc;
import io.nixfleet.substituter.daemon.DaemonStore;
import io.nixfleet.substituter.daemon.StoreSelection;
import io.nixfleet.substituter.fetch.FetchEvent;
import io.nixfleet.substituter.fetch.FetchListener;
import io.nixfleet.substituter.fetch.FetchPolicy;
import io.nixfleet.substituter.fetch.Substituter;
import io.nixfleet.substituter.store.Store;
import io.nixfleet.substituter.unpack.UnpackStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.stream.Stream;

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
        NixConfig config = readConfig(options);
        var keys = new ArrayList<>(config.trustedPublicKeys());
        keys.addAll(options.trustedPublicKeys);
        try {
            TrustedKeys trusted = TrustedKeys.parse(keys);
            Store store = store(options);
            BinaryCaches caches = openCaches(listener, netrc(options, config));
            try {
                var opened = new ArrayList<BinaryCache>();
                for (URI uri : options.caches) {
                    opened.add(caches.open(uri));
                }
                return new FetchSetup(
                        caches,
                        new Substituter(store, opened, trusted, FetchPolicy.DEFAULT, listener));
            } catch (FormatException e) {
                caches.close();
                throw e;
            }
        } catch (FormatException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    static BinaryCaches openCaches(FetchListener listener, Netrc netrc) {
        CacheOptions.Builder cacheOptions =
                CacheOptions.builder()
                        .netrc(netrc)
                        .userAgent("nixfleet-agent/" + Version.current())
                        .listener(new CacheEvents(listener));
        extraCaFile().ifPresent(cacheOptions::addCaFile);
        return new BinaryCaches(cacheOptions.build());
    }

    /** The variables by which Nix is told, too. */
    private static Optional<Path> extraCaFile() {
        return Stream.of("NIX_SSL_CERT_FILE", "SSL_CERT_FILE")
                .map(name -> System.getenv().getOrDefault(name, ""))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .map(Path::of);
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

    private static Netrc netrc(FetchOptions options, NixConfig config) {
        Optional<Path> file =
                options.netrcFile != null
                        ? Optional.of(options.netrcFile)
                        : config.netrcFile().filter(Files::isReadable);
        if (file.isEmpty()) {
            return Netrc.EMPTY;
        }
        try {
            return Netrc.parse(Files.readString(file.get()), file.get().toString());
        } catch (IOException e) {
            String why =
                    switch (e) {
                        case NoSuchFileException _ -> "there is no such file";
                        case AccessDeniedException _ -> "permission denied";
                        default -> String.valueOf(e.getMessage());
                    };
            throw new UsageException(
                    "netrc file %s cannot be read: %s".formatted(file.get(), why), e);
        }
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

    /** What caches go through, as events of the fetch. */
    private record CacheEvents(FetchListener listener) implements CacheListener {
        @Override
        public void onRetry(String cache, String what, int attempt, Duration delay, String reason) {
            listener.on(new FetchEvent.Retrying(cache, what, attempt, delay, reason));
        }

        @Override
        public void onResume(
                String cache, String what, long offset, boolean ranged, String reason) {
            listener.on(new FetchEvent.Resumed(cache, what, offset));
        }
    }
}

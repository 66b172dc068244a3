package io.nixfleet.agent.fetch;

import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.nix.signature.TrustedKeys;
import io.nixfleet.substituter.cache.BinaryCaches;
import io.nixfleet.substituter.cache.CacheListener;
import io.nixfleet.substituter.cache.CacheOptions;
import io.nixfleet.substituter.cache.credentials.Netrc;
import io.nixfleet.substituter.fetch.FetchEvent;
import io.nixfleet.substituter.fetch.FetchListener;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whom this host trusts, and its logins at caches.
 *
 * @param trustedKeys all of them
 * @param extraTrustedKeys those among them that Nix's own configuration does not have, as text
 */
public record FetchEnvironment(
        TrustedKeys trustedKeys, List<String> extraTrustedKeys, Netrc netrc) {
    public FetchEnvironment {
        extraTrustedKeys = List.copyOf(extraTrustedKeys);
    }

    /**
     * Nix's own settings, and what the agent was told besides.
     *
     * @param moreKeys besides nix.conf's, each {@code name:base64}
     * @param netrcFile in place of nix.conf's, which need not exist
     * @throws IOException when the netrc file cannot be read
     * @throws io.nixfleet.nix.encoding.FormatException for a key or a netrc file that makes no
     *     sense
     */
    public static FetchEnvironment of(
            NixConfig config, List<String> moreKeys, Optional<Path> netrcFile) throws IOException {
        var keys = new ArrayList<>(config.trustedPublicKeys());
        keys.addAll(moreKeys);
        Optional<Path> file =
                netrcFile.isPresent() ? netrcFile : config.netrcFile().filter(Files::isReadable);
        return new FetchEnvironment(
                TrustedKeys.parse(keys),
                moreKeys,
                file.isPresent() ? netrc(file.get()) : Netrc.EMPTY);
    }

    private static Netrc netrc(Path file) throws IOException {
        try {
            return Netrc.parse(Files.readString(file), file.toString());
        } catch (IOException e) {
            String why =
                    switch (e) {
                        case NoSuchFileException _ -> "there is no such file";
                        case AccessDeniedException _ -> "permission denied";
                        default -> String.valueOf(e.getMessage());
                    };
            throw new IOException("netrc file %s cannot be read: %s".formatted(file, why), e);
        }
    }

    /** Caches whose troubles are events of the fetch. */
    public BinaryCaches openCaches(FetchListener listener, String userAgent) {
        CacheOptions.Builder options =
                CacheOptions.builder()
                        .netrc(netrc)
                        .userAgent(userAgent)
                        .listener(new CacheEvents(listener));
        extraCaFile().ifPresent(options::addCaFile);
        return new BinaryCaches(options.build());
    }

    /** The variables by which Nix is told, too. */
    private static Optional<Path> extraCaFile() {
        return Stream.of("NIX_SSL_CERT_FILE", "SSL_CERT_FILE")
                .map(name -> System.getenv().getOrDefault(name, ""))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .map(Path::of);
    }

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

package io.nixfleet.agent.fetch;

import io.nixfleet.agent.heap.RoomForMuch;
import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.nix.compression.Decompressors;
import io.nixfleet.nix.signature.TrustedKeys;
import io.nixfleet.substituter.cache.BinaryCache;
import io.nixfleet.substituter.cache.BinaryCaches;
import io.nixfleet.substituter.cache.CacheLimits;
import io.nixfleet.substituter.cache.CacheListener;
import io.nixfleet.substituter.cache.CacheOptions;
import io.nixfleet.substituter.cache.RetryPolicy;
import io.nixfleet.substituter.cache.credentials.Netrc;
import io.nixfleet.substituter.cache.http.Proxies;
import io.nixfleet.substituter.fetch.FetchEvent;
import io.nixfleet.substituter.fetch.FetchListener;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whom this host trusts, and its logins at caches.
 *
 * @param trustedKeys all of them
 * @param extraTrustedKeys those among them that Nix's own configuration does not have, as text
 * @param access what the operator grants caches
 */
public record FetchEnvironment(
        TrustedKeys trustedKeys, List<String> extraTrustedKeys, Netrc netrc, CacheAccess access) {
    public FetchEnvironment {
        extraTrustedKeys = List.copyOf(extraTrustedKeys);
    }

    /**
     * Nix's own settings, and what the agent was told besides.
     *
     * @param moreKeys besides nix.conf's, each {@code name:base64}
     * @param netrcFile in place of nix.conf's, which need not exist
     * @param access what the operator grants caches, and the keys of files
     * @throws IOException when the netrc file cannot be read
     * @throws io.nixfleet.nix.encoding.FormatException for a key or a netrc file that makes no
     *     sense
     */
    public static FetchEnvironment of(
            NixConfig config, List<String> moreKeys, Optional<Path> netrcFile, CacheAccess access)
            throws IOException {
        var extraKeys = new ArrayList<>(moreKeys);
        extraKeys.addAll(access.trustedKeys());
        var keys = new ArrayList<>(config.trustedPublicKeys());
        keys.addAll(extraKeys);
        Optional<Path> file = logins(config, netrcFile);
        return new FetchEnvironment(
                TrustedKeys.parse(keys),
                extraKeys,
                file.isPresent() ? netrc(file.get()) : Netrc.EMPTY,
                access);
    }

    /** The netrc file that counts, if there is one: that of nix.conf need not exist. */
    static Optional<Path> logins(NixConfig config, Optional<Path> netrcFile) {
        return netrcFile.isPresent() ? netrcFile : config.netrcFile().filter(Files::isReadable);
    }

    private static Netrc netrc(Path file) throws IOException {
        return Netrc.parse(OperatorFile.read("netrc file", file), file.toString());
    }

    /** Caches whose troubles are events of the fetch. */
    public BinaryCaches openCaches(FetchListener listener, HttpMeans http) {
        CacheOptions.Builder options =
                options(http.userAgent(), System.getenv()).listener(new CacheEvents(listener));
        http.vertx().ifPresent(options::vertx);
        return new BinaryCaches(options.build());
    }

    /**
     * Caches that are asked once for each thing, for a look at what they answer.
     *
     * @param limit for each answer
     * @param variables the environment, for proxies and certificates
     */
    public BinaryCaches openCachesForALook(
            CacheListener listener,
            Duration limit,
            String userAgent,
            Map<String, String> variables) {
        return new BinaryCaches(
                options(userAgent, variables)
                        .listener(listener)
                        .retryPolicy(new RetryPolicy(1, Duration.ZERO, Duration.ZERO))
                        .limits(
                                CacheLimits.DEFAULT
                                        .withConnectTimeout(limit)
                                        .withResponseTimeout(limit)
                                        .withLookupTimeout(limit))
                        .build());
    }

    private CacheOptions.Builder options(String userAgent, Map<String, String> variables) {
        CacheOptions.Builder options =
                CacheOptions.builder()
                        .netrc(netrc)
                        .userAgent(userAgent)
                        .proxies(Proxies.of(variables))
                        .decompressors(
                                new Decompressors(access.maxWindowMebibytes(), new RoomForMuch()));
        extraCaFile(variables).ifPresent(options::addCaFile);
        return options;
    }

    /**
     * Opens a cache with what the operator grants it.
     *
     * @throws io.nixfleet.nix.encoding.FormatException for a URL of no cache, or one that would be
     *     trusted without leave
     */
    public BinaryCache open(BinaryCaches caches, URI url) {
        return access.open(caches, url);
    }

    /** The variables by which Nix is told, too. */
    private static Optional<Path> extraCaFile(Map<String, String> variables) {
        return Stream.of("NIX_SSL_CERT_FILE", "SSL_CERT_FILE")
                .map(name -> variables.getOrDefault(name, ""))
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

package io.nixfleet.agent.fetch;

import io.nixfleet.substituter.cache.BinaryCache;
import io.nixfleet.substituter.cache.BinaryCaches;
import io.nixfleet.substituter.cache.CacheTerms;
import io.nixfleet.substituter.cache.credentials.Credentials;
import io.nixfleet.substituter.cache.credentials.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the operator grants the caches of one fetch: whether they may be trusted as such, and the
 * token, which goes to the servers that the operator named only, never to one that a deployment
 * brought along.
 */
public final class CacheAccess {
    /** Nothing is granted. */
    public static final CacheAccess NONE =
            new CacheAccess(CacheSettings.NONE, List.of(), List.of(), Optional.empty(), _ -> {});

    private final CacheSettings settings;
    private final List<String> trustedKeys;
    private final List<URI> named;
    private final Optional<Secret> token;
    private final Consumer<String> warnings;

    private CacheAccess(
            CacheSettings settings,
            List<String> trustedKeys,
            List<URI> named,
            Optional<Secret> token,
            Consumer<String> warnings) {
        this.settings = settings;
        this.trustedKeys = List.copyOf(trustedKeys);
        this.named = named;
        this.token = token;
        this.warnings = warnings;
    }

    /** What the decompressor of one NAR may take. */
    int maxWindowMebibytes() {
        return settings.maxWindowMebibytes();
    }

    /**
     * Reads the files that the settings name, as they are now.
     *
     * @param ownCaches the caches that the operator named, besides the extra ones
     * @param warnings hears, for people, what is granted or kept that perhaps should not be
     * @throws IOException when a file cannot be read
     * @throws io.nixfleet.nix.encoding.FormatException when it holds something else
     */
    public static CacheAccess read(
            CacheSettings settings, Collection<URI> ownCaches, Consumer<String> warnings)
            throws IOException {
        var keys = new ArrayList<String>();
        for (Path file : settings.trustedKeysFiles()) {
            keys.addAll(KeysFile.read(file));
        }
        var named = new ArrayList<>(ownCaches);
        named.addAll(settings.extraCaches());
        Optional<Secret> token =
                settings.tokenFile().isPresent()
                        ? Optional.of(TokenFile.read(settings.tokenFile().get(), warnings))
                        : Optional.empty();
        return new CacheAccess(settings, keys, List.copyOf(named), token, warnings);
    }

    /** The keys of the files, each {@code name:base64}. */
    List<String> trustedKeys() {
        return trustedKeys;
    }

    /** Finds out whether {@link #open} would take the URL. */
    void check(URI url) {
        BinaryCaches.check(url, new CacheTerms(Optional.empty(), settings.allowTrusted()));
    }

    BinaryCache open(BinaryCaches caches, URI url) {
        Optional<Credentials> credentials =
                token.filter(_ -> takesToken(url)).map(CacheAccess::bearer);
        BinaryCache cache = caches.open(url, new CacheTerms(credentials, settings.allowTrusted()));
        if (cache.trusted()) {
            warnings.accept(
                    "cache %s is trusted without signatures, as its URL asks for: whoever controls"
                                    .formatted(cache.name())
                            + " it, or the way to it, controls this host");
        }
        return cache;
    }

    private static Credentials bearer(Secret token) {
        return new Credentials.Bearer(() -> token);
    }

    /** A login in the URL is meant for just that cache, and counts before the token. */
    boolean takesToken(URI url) {
        boolean http = "http".equalsIgnoreCase(url.getScheme());
        boolean https = "https".equalsIgnoreCase(url.getScheme());
        if ((!http && !https)
                || url.getRawUserInfo() != null
                || named.stream().noneMatch(own -> sameServer(own, url))) {
            return false;
        }
        boolean safe = https || settings.tokenOverHttp() || isLoopback(url.getHost());
        if (!safe) {
            warnings.accept(
                    "the token is not sent to http://%s, where others on the way could read it: use"
                                    .formatted(url.getHost())
                            + " https://, or --allow-insecure");
        }
        return safe;
    }

    private static boolean sameServer(URI a, URI b) {
        return a.getHost() != null
                && a.getHost().equalsIgnoreCase(b.getHost())
                && String.valueOf(a.getScheme()).equalsIgnoreCase(b.getScheme())
                && port(a) == port(b);
    }

    private static int port(URI url) {
        boolean https = "https".equals(String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT));
        return url.getPort() >= 0 ? url.getPort() : https ? 443 : 80;
    }

    /** By the text alone: what a name server says of a name is no reason to give a secret away. */
    private static boolean isLoopback(String host) {
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host.replaceAll("^\\[|\\]$", "")).isLoopbackAddress();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "CacheAccess";
    }
}

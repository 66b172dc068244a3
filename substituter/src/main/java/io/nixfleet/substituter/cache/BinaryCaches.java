package io.nixfleet.substituter.cache;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.substituter.cache.http.HttpTransport;
import io.nixfleet.substituter.cache.http.HttpTransportOptions;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Opens caches and owns what they share: connections and the threads that serve them, which begin
 * with the first HTTP cache. Keep one for the life of a process or of a fetch. Safe for use by many
 * threads.
 */
public final class BinaryCaches implements AutoCloseable {
    private final CacheOptions options;
    private @Nullable HttpTransport transport;
    private boolean closed;

    public BinaryCaches(CacheOptions options) {
        this.options = options;
    }

    /**
     * What messages and events call the cache at a URL: no login, no parameters, no slash at its
     * end.
     *
     * @throws FormatException when there can be no cache at that URL; the message holds no secret
     */
    public static String nameOf(URI url) {
        return CacheLocation.parse(url).name();
    }

    /**
     * Opens a cache: {@code http://}, {@code https://} with an optional path, user info and the
     * parameters {@code priority}, {@code want-mass-query} and {@code trusted}; or {@code
     * file:///path}. Nothing is asked of it yet.
     *
     * @throws FormatException when the URL is not one of these, or says {@code trusted}; the
     *     message holds no secret
     */
    public BinaryCache open(URI url) {
        return open(url, CacheTerms.NONE);
    }

    /**
     * Opens a cache on the operator's terms.
     *
     * @see #open(URI)
     */
    public BinaryCache open(URI url, CacheTerms terms) {
        CacheLocation location = permitted(url, terms);
        return location.base().getScheme().equals("file")
                ? new FileBinaryCache(location, options)
                : new HttpBinaryCache(location, terms.credentials(), options, transport());
    }

    /**
     * Finds out whether {@link #open(URI, CacheTerms)} would take the URL.
     *
     * @throws FormatException as that does
     */
    public static void check(URI url, CacheTerms terms) {
        var _ = permitted(url, terms);
    }

    private static CacheLocation permitted(URI url, CacheTerms terms) {
        var location = CacheLocation.parse(url);
        if (location.trusted() && !terms.mayBeTrusted()) {
            throw new FormatException(
                    "the URL of cache %s: parameter trusted would switch signature checks off and is"
                                    .formatted(location.name())
                            + " not allowed here; add the cache's public key to the trusted ones"
                            + " (or, if it is to count unsigned, use --allow-trusted-caches)");
        }
        return location;
    }

    private synchronized HttpTransport transport() {
        if (closed) {
            throw new IllegalStateException("caches are opened before BinaryCaches is closed");
        }
        HttpTransport existing = transport;
        if (existing == null) {
            CacheLimits limits = options.limits();
            var transportOptions =
                    new HttpTransportOptions(
                            limits.connectTimeout(),
                            limits.connections(),
                            limits.prefetchBytes(),
                            options.extraCaFiles(),
                            options.userAgent(),
                            options.proxies());
            existing =
                    options.vertx()
                            .map(vertx -> HttpTransport.on(vertx, transportOptions))
                            .orElseGet(() -> HttpTransport.open(transportOptions));
            transport = existing;
        }
        return existing;
    }

    /** Ends what is under way in all caches, and the threads. */
    @Override
    public void close() {
        HttpTransport toClose;
        synchronized (this) {
            closed = true;
            toClose = transport;
            transport = null;
        }
        if (toClose != null) {
            toClose.close();
        }
    }
}

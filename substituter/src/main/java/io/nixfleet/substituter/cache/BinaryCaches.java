package io.nixfleet.substituter.cache;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.substituter.cache.credentials.Credentials;
import io.nixfleet.substituter.cache.http.HttpTransport;
import io.nixfleet.substituter.cache.http.HttpTransportOptions;
import java.net.URI;
import java.util.Optional;
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
     * parameters {@code priority} and {@code want-mass-query}; or {@code file:///path}. Nothing is
     * asked of it yet.
     *
     * @throws FormatException when the URL is not one of these; the message holds no secret
     */
    public BinaryCache open(URI url) {
        return open(CacheLocation.parse(url), Optional.empty());
    }

    /**
     * Opens an HTTP cache with credentials that go before those of the URL and of netrc.
     *
     * @see #open(URI)
     */
    public BinaryCache open(URI url, Credentials credentials) {
        return open(CacheLocation.parse(url), Optional.of(credentials));
    }

    private BinaryCache open(CacheLocation location, Optional<Credentials> credentials) {
        return location.base().getScheme().equals("file")
                ? new FileBinaryCache(location, options)
                : new HttpBinaryCache(location, credentials, options, transport());
    }

    private synchronized HttpTransport transport() {
        if (closed) {
            throw new IllegalStateException("caches are opened before BinaryCaches is closed");
        }
        HttpTransport existing = transport;
        if (existing == null) {
            CacheLimits limits = options.limits();
            existing =
                    HttpTransport.open(
                            new HttpTransportOptions(
                                    limits.connectTimeout(),
                                    limits.lookupConnections(),
                                    limits.downloads(),
                                    limits.prefetchBytes(),
                                    options.extraCaFiles(),
                                    options.userAgent()));
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

package io.nixfleet.substituter.cache.http;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How connections are made.
 *
 * @param connectTimeout for TCP and TLS each
 * @param lookupConnections HTTP/1.1 connections per host for lookups; HTTP/2 takes one
 * @param downloadConnections the same for downloads
 * @param http2Window how much of one HTTP/2 body may be on its way unread, in bytes
 * @param extraCaFiles PEM files of certificate authorities to trust besides the system's
 * @param userAgent what the {@code User-Agent} header says
 * @param proxies which targets are reached through which proxy
 */
public record HttpTransportOptions(
        Duration connectTimeout,
        int lookupConnections,
        int downloadConnections,
        int http2Window,
        List<Path> extraCaFiles,
        String userAgent,
        Proxies proxies) {
    public HttpTransportOptions {
        extraCaFiles = List.copyOf(extraCaFiles);
    }
}

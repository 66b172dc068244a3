package io.nixfleet.substituter.cache.http;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How connections are made.
 *
 * @param connectTimeout for TCP and TLS each
 * @param connections HTTP/1.1 connections per host; HTTP/2 takes a few at most
 * @param http2Window how much of one HTTP/2 body may be on its way unread, in bytes
 * @param extraCaFiles PEM files of certificate authorities to trust besides the system's
 * @param userAgent what the {@code User-Agent} header says
 * @param proxies which targets are reached through which proxy
 */
public record HttpTransportOptions(
        Duration connectTimeout,
        int connections,
        int http2Window,
        List<Path> extraCaFiles,
        String userAgent,
        Proxies proxies) {
    public HttpTransportOptions {
        extraCaFiles = List.copyOf(extraCaFiles);
    }
}

package io.nixfleet.substituter.cache;

import java.time.Duration;

/**
 * What a cache may take: time, connections, memory. Change one at a time with the {@code with…}
 * methods.
 *
 * @param connectTimeout for a TCP connection, and again for TLS on it
 * @param responseTimeout from a request to its status and headers
 * @param lookupTimeout for a narinfo or nix-cache-info as a whole, one attempt
 * @param stallTimeout how long the reader of a NAR waits while next to nothing arrives
 * @param lookups how many lookups of one cache are on their way at once
 * @param downloads how many downloads of one cache are open at once; others wait for one to close
 * @param connections how many HTTP/1.1 connections lookups and downloads share; with some more than
 *     downloads, a NAR whose reader is slow keeps no lookup waiting
 * @param prefetchBytes how much of each open download may wait for its reader
 * @param resumptions how often one download is resumed in all
 */
public record CacheLimits(
        Duration connectTimeout,
        Duration responseTimeout,
        Duration lookupTimeout,
        Duration stallTimeout,
        int lookups,
        int downloads,
        int connections,
        int prefetchBytes,
        int resumptions) {
    public static final CacheLimits DEFAULT =
            new CacheLimits(
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(60),
                    64,
                    48,
                    64,
                    256 * 1024,
                    100);

    public CacheLimits {
        if (lookups < 1 || downloads < 1 || connections < 1 || prefetchBytes < 1) {
            throw new IllegalArgumentException("counts and sizes of a cache's limits are positive");
        }
    }

    public CacheLimits withConnectTimeout(Duration value) {
        return new CacheLimits(
                value,
                responseTimeout,
                lookupTimeout,
                stallTimeout,
                lookups,
                downloads,
                connections,
                prefetchBytes,
                resumptions);
    }

    public CacheLimits withResponseTimeout(Duration value) {
        return new CacheLimits(
                connectTimeout,
                value,
                lookupTimeout,
                stallTimeout,
                lookups,
                downloads,
                connections,
                prefetchBytes,
                resumptions);
    }

    public CacheLimits withLookupTimeout(Duration value) {
        return new CacheLimits(
                connectTimeout,
                responseTimeout,
                value,
                stallTimeout,
                lookups,
                downloads,
                connections,
                prefetchBytes,
                resumptions);
    }

    public CacheLimits withStallTimeout(Duration value) {
        return new CacheLimits(
                connectTimeout,
                responseTimeout,
                lookupTimeout,
                value,
                lookups,
                downloads,
                connections,
                prefetchBytes,
                resumptions);
    }

    /** Lookups at once, and the connections that they share with downloads. */
    public CacheLimits withLookups(int value, int newConnections) {
        return new CacheLimits(
                connectTimeout,
                responseTimeout,
                lookupTimeout,
                stallTimeout,
                value,
                downloads,
                newConnections,
                prefetchBytes,
                resumptions);
    }

    /** Downloads open at once, and how much of each may wait for its reader. */
    public CacheLimits withDownloads(int value, int prefetch) {
        return new CacheLimits(
                connectTimeout,
                responseTimeout,
                lookupTimeout,
                stallTimeout,
                lookups,
                value,
                connections,
                prefetch,
                resumptions);
    }

    public CacheLimits withResumptions(int value) {
        return new CacheLimits(
                connectTimeout,
                responseTimeout,
                lookupTimeout,
                stallTimeout,
                lookups,
                downloads,
                connections,
                prefetchBytes,
                value);
    }
}

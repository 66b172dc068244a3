package io.nixfleet.substituter.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.substituter.cache.BinaryCaches;
import io.nixfleet.substituter.cache.CacheOptions;
import io.nixfleet.substituter.cache.RetryPolicy;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.HostileServer;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RankedCachesTest {
    /** Longer than any test is to take. */
    private static final Duration ENDLESS = Duration.ofMinutes(10);

    private final BinaryCaches caches =
            new BinaryCaches(
                    CacheOptions.builder()
                            .retryPolicy(new RetryPolicy(1, Duration.ZERO, Duration.ZERO))
                            .build());
    private final List<HostileServer> servers = new ArrayList<>();

    @AfterEach
    void stop() {
        servers.forEach(HostileServer::close);
        caches.close();
    }

    private HostileServer serving(String info) {
        HostileServer server = HostileServer.start();
        servers.add(server);
        return server.on("/nix-cache-info", Answers.ok("StoreDir: /nix/store\n" + info));
    }

    private List<String> order(Duration patience, URI... urls) throws InterruptedException {
        var ranked =
                new RankedCaches(
                        Stream.of(urls)
                                .map(
                                        url ->
                                                new GuardedCache(
                                                        caches.open(url),
                                                        StoreDir.NIX_STORE,
                                                        FetchPolicy.DEFAULT,
                                                        _ -> {}))
                                .toList(),
                        patience);
        try {
            return ranked.inOrder().stream().map(GuardedCache::name).toList();
        } finally {
            ranked.close();
        }
    }

    private static URI url(HostileServer server, String parameters) {
        return URI.create(server.uri() + parameters);
    }

    private static String[] names(HostileServer... expected) {
        return Stream.of(expected).map(server -> server.uri().toString()).toArray(String[]::new);
    }

    @Test
    void lowerNumbersComeFirstAndEqualsAsTheyWereGiven() throws Exception {
        HostileServer upstream = serving("Priority: 40\n");
        HostileServer fleet = serving("Priority: 30\n");
        HostileServer mirror = serving("Priority: 40\n");
        HostileServer silentOnIt = serving("");

        assertThat(
                        order(
                                ENDLESS,
                                upstream.uri(),
                                mirror.uri(),
                                fleet.uri(),
                                silentOnIt.uri(),
                                url(serving("Priority: 1\n"), "?priority=99")))
                .startsWith(names(silentOnIt, fleet, upstream, mirror))
                .hasSize(5);
    }

    @Test
    void aCacheThatFailsOrStaysSilentComesLast() throws Exception {
        HostileServer down = serving("");
        down.on("/nix-cache-info", Answers.status(503));
        HostileServer silent = serving("");
        silent.on("/nix-cache-info", Answers.silence());
        HostileServer works = serving("Priority: 1000\n");

        assertThat(order(Duration.ofSeconds(2), down.uri(), silent.uri(), works.uri()))
                .containsExactly(names(works, down, silent));
    }

    @Test
    void oneCacheIsNotAskedForItsPriority() throws Exception {
        HostileServer only = serving("");
        only.on("/nix-cache-info", Answers.silence());

        assertThat(order(ENDLESS, only.uri())).hasSize(1);
        assertThat(only.requests()).isEmpty();
    }

    @Test
    void prioritiesInUrlsNeedNoAsking() throws Exception {
        HostileServer first = serving("");
        HostileServer second = serving("");

        assertThat(order(ENDLESS, url(first, "?priority=2"), url(second, "?priority=1")))
                .containsExactly(names(second, first));
        assertThat(first.requests()).isEmpty();
    }
}

package io.nixfleet.agent.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.fetch.Substitution;
import io.nixfleet.substituter.store.EmptyStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EarlySourcesTest {
    private static final StorePath SYSTEM =
            StorePath.ofBaseName(StoreDir.NIX_STORE, "a".repeat(32) + "-nixos-system");
    private static final String NARINFO = "/" + SYSTEM.hashPart() + ".narinfo";
    private static final String CACHE_INFO = "/nix-cache-info";
    private static final HttpMeans HTTP = new HttpMeans("nixfleet-test", Optional.empty());

    @TempDir private Path directory;
    private final LinkedBlockingQueue<String> arrived = new LinkedBlockingQueue<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private boolean answersAtOnce = true;
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        mayAnswer.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    /** A cache that has nothing. */
    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String login = exchange.getRequestHeaders().getFirst("Authorization");
        requests.add(login == null ? path : path + " with a login");
        arrived.add(path);
        try {
            if (!answersAtOnce) {
                mayAnswer.await();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        byte[] body = "StoreDir: /nix/store\n".getBytes(StandardCharsets.UTF_8);
        boolean found = path.equals(CACHE_INFO);
        exchange.sendResponseHeaders(found ? 200 : 404, found ? body.length : -1);
        if (found) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    private void awaitRequests(String... paths) throws InterruptedException {
        var missing = new ArrayList<>(List.of(paths));
        while (!missing.isEmpty()) {
            String path = arrived.poll(30, TimeUnit.SECONDS);
            assertThat(path).as("a request for one of " + missing).isNotNull();
            missing.remove(path);
        }
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private static EarlySources open(List<StorePath> lacking, NixConfig assumed, URI... urls) {
        return EarlySources.open(
                new EarlySources.Wanted(
                        List.of(urls),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        () -> CacheAccess.NONE),
                assumed,
                lacking,
                _ -> {},
                HTTP);
    }

    private static NixConfig withLogins(Path netrc) {
        return new NixConfig(List.of(), Optional.of(netrc), List.of());
    }

    private static void plan(FetchSources sources) throws Exception {
        try (Substitution substitution = sources.into(new EmptyStore(StoreDir.NIX_STORE)).open()) {
            assertThat(substitution.plan(List.of(SYSTEM)).complete()).isFalse();
        }
    }

    @Test
    void asksBeforeTheConfigurationIsKnownAndNotOnceMore() throws Exception {
        try (var early = open(List.of(SYSTEM), NixConfig.NONE, url())) {
            awaitRequests(CACHE_INFO, NARINFO);

            plan(early.await(withLogins(directory.resolve("none"))));
        }
        assertThat(requests).containsExactlyInAnyOrder(CACHE_INFO, NARINFO);
    }

    @Test
    void takesTheLoginsThatItAssumed() throws Exception {
        Path netrc = netrc();
        try (var early = open(List.of(SYSTEM), withLogins(netrc), url())) {
            awaitRequests(CACHE_INFO, NARINFO);

            plan(early.await(withLogins(netrc)));
        }
        assertThat(requests)
                .containsExactlyInAnyOrder(CACHE_INFO + " with a login", NARINFO + " with a login");
    }

    @Test
    void asksAgainWithTheLoginsThatCount() throws Exception {
        try (var early = open(List.of(SYSTEM), NixConfig.NONE, url())) {
            awaitRequests(CACHE_INFO, NARINFO);

            plan(early.await(withLogins(netrc())));
        }
        assertThat(requests).contains(NARINFO + " with a login", CACHE_INFO + " with a login");
    }

    @Test
    void assumesNothingOfLoginsThatCannotBeRead() throws Exception {
        Path nonsense = Files.writeString(directory.resolve("nonsense"), "hello world\n");
        try (var early = open(List.of(SYSTEM), withLogins(nonsense), url())) {
            plan(early.await(withLogins(netrc())));
        }
        assertThat(requests)
                .containsExactlyInAnyOrder(CACHE_INFO + " with a login", NARINFO + " with a login");
    }

    private Path netrc() throws IOException {
        return Files.writeString(
                directory.resolve("netrc"), "machine 127.0.0.1 login fleet password secret\n");
    }

    @Test
    void asksNothingAheadOfAStoreThatMayHaveIt() throws Exception {
        try (var early = open(List.of(), NixConfig.NONE, url())) {
            early.await(NixConfig.NONE);
        }
        assertThat(requests).isEmpty();
    }

    @Test
    void asksSeveralCachesOnlyWhatTheyAre() throws Exception {
        try (var early = open(List.of(SYSTEM), NixConfig.NONE, url(), url().resolve("/second"))) {
            awaitRequests(CACHE_INFO, "/second/nix-cache-info");
        }
        assertThat(requests).containsExactlyInAnyOrder(CACHE_INFO, "/second/nix-cache-info");
    }

    @Test
    void tellsOfAUrlThatIsNoneWhenItIsWaitedFor() {
        try (var early = open(List.of(SYSTEM), NixConfig.NONE, URI.create("ftp://cache"))) {
            assertThatThrownBy(() -> early.await(NixConfig.NONE))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining("ftp");
        }
    }

    @Test
    void endsWhatIsUnderWay() throws Exception {
        answersAtOnce = false;
        var early = open(List.of(SYSTEM), NixConfig.NONE, url());
        awaitRequests(CACHE_INFO, NARINFO);

        early.close();

        assertThat(requests).containsExactlyInAnyOrder(CACHE_INFO, NARINFO);
    }
}

package io.nixfleet.it.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.it.server.FileCache;
import io.nixfleet.it.server.Nginx;
import io.nixfleet.it.server.SigningKey;
import io.nixfleet.it.server.TestClosure;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A real closure out of a real cache into real stores of three Nix versions: what arrives is what
 * {@code nix copy} would have brought.
 */
class FetchClosureTest {
    private static final long MEGABYTES = Long.getLong("nixfleet.closure.megabytes", 150);
    private static final int CONFIGURATIONS = Integer.getInteger("nixfleet.closure.configs", 300);
    private static final long PEAK_LIMIT_KIB = 160 * 1024;

    private static TestClosure closure;
    private static SigningKey key;
    private static final Map<String, FileCache> CACHES = new HashMap<>();
    private static final Map<String, Nginx> SERVERS = new HashMap<>();

    @BeforeAll
    static void buildClosureAndCaches() throws IOException {
        closure = TestClosure.build(MEGABYTES, CONFIGURATIONS);
        key = SigningKey.generate("fetch-test-1");
        for (String compression : List.of("none", "zstd", "xz")) {
            var cache = FileCache.of(compression, key, closure.root(), closure.changed());
            CACHES.put(compression, cache);
            SERVERS.put(compression, Nginx.serve(cache.directory()));
        }
    }

    @AfterAll
    static void stop() throws IOException {
        SERVERS.values().forEach(Nginx::close);
        CACHES.values().forEach(FileCache::close);
        if (key != null) {
            key.close();
        }
    }

    static Stream<Arguments> stores() {
        return Stream.of(
                        NixInstallation.nix28(), NixInstallation.nix226(), NixInstallation.nix234())
                .flatMap(
                        nix ->
                                Stream.of("none", "zstd", "xz")
                                        .map(compression -> Arguments.of(nix, compression)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("stores")
    void bringsWhatNixCopyBrings(NixInstallation nix, String compression) throws Exception {
        Nginx server = server(compression);
        try (var agent = AgentProgram.with(nix);
                ChrootStore ours = nix.newStore();
                ChrootStore theirs = nix.newStore()) {
            AgentProgram.Run fetch = fetch(agent, server, ours, closure.root().toString());

            assertThat(fetch.exitCode()).as(fetch.stderr()).isZero();
            assertThat(fetch.json().at("/status").asText()).isEqualTo("complete");
            assertThat(fetch.peakKiB()).as("peak memory in KiB").isLessThan(PEAK_LIMIT_KIB);
            StoreContents.assertSound(ours);

            long before = server.narInfoRequests();
            AgentProgram.Run update = fetch(agent, server, ours, closure.changed().toString());

            assertThat(update.exitCode()).as(update.stderr()).isZero();
            assertThat(update.json().at("/totals/fetched").asInt())
                    .isEqualTo(TestClosure.CHANGED_PATHS + 1);
            assertThat(server.narInfoRequests() - before).isLessThanOrEqualTo(45);
            StoreContents.assertSound(ours);

            StoreContents.copy(
                    theirs, server.uri(), key.publicKey(), closure.root(), closure.changed());
            assertThat(StoreContents.of(ours)).isEqualTo(StoreContents.of(theirs));
        }
    }

    @Test
    void asksNoCacheWhenAllIsValid() throws Exception {
        NixInstallation nix = NixInstallation.nix28();
        Nginx server = server("zstd");
        try (var agent = AgentProgram.with(nix);
                ChrootStore store = nix.newStore()) {
            StoreContents.copy(store, server.uri(), key.publicKey(), closure.root());
            long before = server.requests().size();

            AgentProgram.Run fetch = fetch(agent, server, store, closure.root().toString());

            assertThat(fetch.exitCode()).as(fetch.stderr()).isZero();
            assertThat(fetch.json().at("/totals/alreadyValid").asInt()).isEqualTo(1);
            assertThat(server.requests()).hasSize((int) before);
        }
    }

    private static Nginx server(String compression) {
        return Objects.requireNonNull(SERVERS.get(compression), compression);
    }

    private static AgentProgram.Run fetch(
            AgentProgram agent, Nginx server, ChrootStore store, String path)
            throws IOException, InterruptedException {
        return agent.run(
                "fetch",
                "--json",
                "--from",
                server.uri().toString(),
                "--store",
                store.directory().toString(),
                "--trusted-public-key",
                key.publicKey(),
                path);
    }
}

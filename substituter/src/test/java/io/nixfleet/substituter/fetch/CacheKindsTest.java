package io.nixfleet.substituter.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.substituter.cache.CacheTerms;
import io.nixfleet.substituter.cache.credentials.Credentials;
import io.nixfleet.substituter.cache.credentials.Secret;
import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.CacheKind;
import io.nixfleet.testing.cache.HostileServer;
import io.nixfleet.testing.cache.ServedClosure;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A closure out of each kind of cache that fleets use. */
class CacheKindsTest {
    private static final String TOKEN = "s3cret-token";

    @TempDir private Path directory;
    private FetchBench bench;
    private ServedClosure closure;
    private final HostileServer server = HostileServer.start();
    private final HostileServer storage = HostileServer.start();

    @BeforeEach
    void start() {
        bench = FetchBench.in(directory);
        closure = ServedClosure.start(11, 40_000);
    }

    @AfterEach
    void stop() {
        bench.close();
        closure.close();
        server.close();
        storage.close();
    }

    private void useToken() {
        bench.terms(CacheTerms.of(new Credentials.Bearer(() -> Secret.of(TOKEN))));
    }

    private URI attic() {
        return URI.create(server.uri() + "/fleet");
    }

    private void serveByAttic() {
        CacheKind.attic(
                server,
                "fleet",
                TOKEN,
                closure.members(),
                member -> member.equals(closure.leaf()),
                storage);
    }

    @Test
    void fetchesFromHarmonia() throws Exception {
        CacheKind.harmonia(server, closure.members());

        assertThat(bench.fetch(closure, server.uri())).isInstanceOf(FetchOutcome.Complete.class);

        bench.assertHolds(closure.members());
        for (Member member : closure.members()) {
            assertThat(server.requests(CacheKind.harmoniaNar(member)))
                    .singleElement()
                    .satisfies(
                            request -> {
                                assertThat(request.header("Accept-Encoding")).contains("zstd");
                                assertThat(request.header("Range")).isEmpty();
                            });
        }
    }

    @Test
    void goesOnWithAPlainRangeWhereHarmoniaBrokeOff() throws Exception {
        CacheKind.harmonia(server, closure.members());
        String nar = CacheKind.harmoniaNar(closure.leaf());
        byte[] plain = closure.leaf().nar();
        server.on(
                nar,
                CacheKind.harmoniaAnswer(plain, 20_000),
                CacheKind.harmoniaAnswer(plain, Integer.MAX_VALUE));

        assertThat(bench.fetch(closure, server.uri())).isInstanceOf(FetchOutcome.Complete.class);

        bench.assertHolds(closure.members());
        assertThat(server.requests(nar)).hasSize(2);
        HostileServer.Request second = server.requests(nar).getLast();
        assertThat(second.header("Accept-Encoding")).isEqualTo("identity");
        assertThat(second.header("Range")).matches("bytes=[1-9][0-9]*-");
    }

    @Test
    void fetchesFromAPrivateAtticAndItsStorageGetsNoToken() throws Exception {
        serveByAttic();
        useToken();

        assertThat(bench.fetch(closure, attic())).isInstanceOf(FetchOutcome.Complete.class);

        bench.assertHolds(closure.members());
        assertThat(server.requests())
                .allSatisfy(
                        request ->
                                assertThat(request.header("Authorization"))
                                        .isEqualTo("Bearer " + TOKEN));
        assertThat(storage.requests())
                .hasSize(closure.members().size() - 1)
                .allSatisfy(request -> assertThat(request.header("Authorization")).isEmpty());
    }

    @Test
    void saysThatAtticWantsAToken() throws Exception {
        serveByAttic();

        FetchOutcome outcome = bench.fetch(closure, attic());

        assertThat(FetchBench.result(outcome, closure.top()))
                .isInstanceOfSatisfying(
                        PathResult.Unreachable.class,
                        failure ->
                                assertThat(failure.reason())
                                        .contains("HTTP status 401", "the token"));
        assertThat(server.requests("/fleet" + ServedClosure.narInfoFile(closure.top())))
                .as("a missing token is not asked about twice")
                .hasSize(1);
    }

    @Test
    void takesElsewhereWhatAtticHasIncompletely() throws Exception {
        serveByAttic();
        useToken();
        server.on("/fleet/" + CacheKind.atticNar(closure.leaf()), CacheKind.atticIncomplete());

        // As early as a cache without a priority.
        URI attic = URI.create(attic() + "?priority=0");
        FetchOutcome outcome = bench.fetch(closure, attic, closure.server().uri());

        assertThat(outcome).isInstanceOf(FetchOutcome.Complete.class);
        bench.assertHolds(closure.members());
        assertThat(bench.events(FetchEvent.SourceFailed.class))
                .singleElement()
                .satisfies(event -> assertThat(event.reason()).contains("HTTP status 503"));
    }

    @Test
    void saysWhatAtticHasIncompletely() throws Exception {
        serveByAttic();
        useToken();
        server.on("/fleet/" + CacheKind.atticNar(closure.leaf()), CacheKind.atticIncomplete());

        FetchOutcome outcome = bench.fetch(closure, attic());

        assertThat(FetchBench.result(outcome, closure.leaf()))
                .isInstanceOfSatisfying(
                        PathResult.Unreachable.class,
                        failure -> assertThat(failure.reason()).contains("HTTP status 503"));
        bench.assertHolds(List.of(closure.otherLeaf()));
    }

    @Test
    void fetchesFromAPrivateCachixWithTheTokenAsPassword() throws Exception {
        CacheKind.cachix(server, TOKEN, closure.members(), storage);
        bench.terms(CacheTerms.of(new Credentials.Basic("", Secret.of(TOKEN))));

        assertThat(bench.fetch(closure, server.uri())).isInstanceOf(FetchOutcome.Complete.class);

        bench.assertHolds(closure.members());
        assertThat(storage.requests())
                .hasSize(closure.members().size())
                .allSatisfy(request -> assertThat(request.header("Authorization")).isEmpty());
    }

    @Test
    void takesUnsignedPathsOfATrustedCacheOnly() throws Exception {
        for (Member member : closure.members()) {
            closure.serveNarInfo(
                    member, ServedClosure.narInfo(member).replaceAll("(?m)^Sig: .*\n", ""));
        }
        URI plain = closure.server().uri();
        bench.terms(new CacheTerms(Optional.empty(), true));

        assertThat(FetchBench.result(bench.fetch(closure, plain), closure.top()))
                .isInstanceOf(PathResult.Refused.class);
        assertThat(bench.fetch(closure, URI.create(plain + "?trusted=1")))
                .isInstanceOf(FetchOutcome.Complete.class);
        bench.assertHolds(closure.members());
    }

    @Test
    void checksHashAndSizeOfATrustedCacheStill() throws Exception {
        closure.serveNarInfo(
                closure.leaf(),
                ServedClosure.narInfo(closure.leaf()).replaceAll("(?m)^Sig: .*\n", ""));
        closure.serveNar(closure.leaf(), closure.otherLeaf().nar());
        bench.terms(new CacheTerms(Optional.empty(), true));

        FetchOutcome outcome =
                bench.fetch(closure, URI.create(closure.server().uri() + "?trusted=1"));

        assertThat(FetchBench.result(outcome, closure.leaf()))
                .isInstanceOf(PathResult.Refused.class);
        bench.assertHolds(List.of(closure.otherLeaf()));
    }

    @Test
    void asksTheCacheOfLowerPriorityFirst() throws Exception {
        closure.server().on("/nix-cache-info", Answers.ok("StoreDir: /nix/store\nPriority: 50\n"));
        CacheKind.harmonia(server, closure.members());
        server.on("/nix-cache-info", Answers.ok("StoreDir: /nix/store\nPriority: 40\n"));

        assertThat(bench.fetch(closure, closure.server().uri(), server.uri()))
                .isInstanceOf(FetchOutcome.Complete.class);

        assertThat(closure.server().requests())
                .extracting(HostileServer.Request::path)
                .containsExactly("/nix-cache-info");
    }

    @Test
    void letsThePriorityInTheUrlGoBeforeThatOfTheCache() throws Exception {
        closure.server().on("/nix-cache-info", Answers.ok("StoreDir: /nix/store\nPriority: 50\n"));
        CacheKind.harmonia(server, closure.members());

        assertThat(
                        bench.fetch(
                                closure,
                                server.uri(),
                                URI.create(closure.server().uri() + "?priority=10")))
                .isInstanceOf(FetchOutcome.Complete.class);

        assertThat(server.requests())
                .extracting(HostileServer.Request::path)
                .containsExactly("/nix-cache-info");
    }
}

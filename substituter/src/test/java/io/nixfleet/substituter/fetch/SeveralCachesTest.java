package io.nixfleet.substituter.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.HostileServer;
import io.nixfleet.testing.cache.ServedClosure;
import io.nixfleet.testing.cache.Spoilage;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two caches, the first of which is bad in some way, and caches that are none. */
class SeveralCachesTest {
    @TempDir private Path directory;
    private FetchBench bench;
    private ServedClosure first;
    private ServedClosure second;

    @BeforeEach
    void start() {
        bench = FetchBench.in(directory);
        // The same seed: the same paths under the same key.
        first = ServedClosure.start(2);
        second = ServedClosure.start(2);
    }

    @AfterEach
    void stop() {
        bench.close();
        first.close();
        second.close();
    }

    private FetchOutcome fetch() throws Exception {
        return bench.fetch(first, first.server().uri(), second.server().uri());
    }

    private void assertCameFrom(FetchOutcome outcome, ServedClosure source, Member member) {
        assertThat(FetchBench.result(outcome, member))
                .isInstanceOfSatisfying(
                        PathResult.Fetched.class,
                        fetched ->
                                assertThat(fetched.cache())
                                        .startsWith(source.server().uri().toString()));
    }

    @ParameterizedTest
    @EnumSource
    void takesTheSpoiltPathFromTheSecond(Spoilage spoilage) throws Exception {
        bench.close();
        bench = FetchBench.forSpoilage(directory, spoilage);
        spoilage.spoil(first, first.leaf());

        FetchOutcome outcome = fetch();

        assertThat(outcome).isInstanceOf(FetchOutcome.Complete.class);
        assertCameFrom(outcome, second, first.leaf());
        bench.assertHolds(first.members());
    }

    @Test
    void setsAsideACacheThatIsDown() throws Exception {
        for (Member member : first.members()) {
            first.answerNarInfo(member, Answers.status(503));
        }
        first.server().on("/nix-cache-info", Answers.status(503));
        bench.policy(FetchBench.policy(1, 1, 100, 2, 10));

        FetchOutcome outcome = fetch();

        assertThat(outcome).isInstanceOf(FetchOutcome.Complete.class);
        assertThat(bench.events(FetchEvent.CacheSetAside.class))
                .singleElement()
                .satisfies(
                        event -> {
                            assertThat(event.cache()).startsWith(first.server().uri().toString());
                            assertThat(event.reason()).contains("HTTP status 503");
                        });
        // Its nix-cache-info says as much: nobody waits for lookups to fail, too.
        assertThat(narInfoRequests(first.server())).isZero();
        bench.assertHolds(first.members());
    }

    @Test
    void setsAsideACacheWhoseNarsDoNotCome() throws Exception {
        for (Member member : first.members()) {
            first.answerNar(member, Answers.resetAtOnce());
        }
        bench.policy(FetchBench.policy(64, 1, 100, 2, 10));

        FetchOutcome outcome = fetch();

        assertThat(outcome).isInstanceOf(FetchOutcome.Complete.class);
        assertThat(bench.events(FetchEvent.CacheSetAside.class)).hasSize(1);
        assertThat(bench.events(FetchEvent.SourceFailed.class)).hasSize(2);
        first.members().forEach(member -> assertCameFrom(outcome, second, member));
    }

    @Test
    void doesNotWaitForDownloadsOfACacheThatWasSetAsideMeanwhile() throws Exception {
        for (Member member : first.members()) {
            first.answerNar(member, Answers.silence());
        }
        bench.close();
        bench = FetchBench.impatient(directory);
        bench.policy(FetchBench.policy(64, 16, 100, 1, 10));

        assertThat(fetch()).isInstanceOf(FetchOutcome.Complete.class);

        // Each lane may be in one when the breaker trips; the other downloads are not waited for.
        assertThat(bench.events(FetchEvent.SourceFailed.class).size()).isLessThanOrEqualTo(2);
    }

    @Test
    void setsAsideACacheThatSpoilsOneNarAfterTheOther() throws Exception {
        for (Member member : first.members()) {
            Spoilage.NAR_WITH_FLIPPED_BIT.spoil(first, member);
        }
        bench.policy(FetchBench.policy(64, 1, 100, 3, 2));

        assertThat(fetch()).isInstanceOf(FetchOutcome.Complete.class);

        assertThat(bench.events(FetchEvent.CacheSetAside.class)).hasSize(1);
        assertThat(narRequests(first.server())).isEqualTo(2);
    }

    @Test
    void asksTheSecondForWhatTheFirstLacks() throws Exception {
        first.answerNarInfo(first.app(), Answers.status(404));

        FetchOutcome outcome = fetch();

        assertThat(outcome).isInstanceOf(FetchOutcome.Complete.class);
        assertCameFrom(outcome, second, first.app());
        assertCameFrom(outcome, first, first.top());
        assertThat(bench.requestsTo(second.server()))
                .containsExactlyInAnyOrderElementsOf(FetchBench.requestsFor(List.of(first.app())));
    }

    @Test
    void namesEveryCacheThatWasAskedInVain() throws Exception {
        first.answerNarInfo(first.leaf(), Answers.status(404));
        Spoilage.ONLY_UNKNOWN_KEYS.spoil(second, second.leaf());

        assertThat(FetchBench.result(fetch(), first.leaf()))
                .isInstanceOfSatisfying(
                        PathResult.Refused.class,
                        refused ->
                                assertThat(refused.reason())
                                        .contains(first.server().uri() + " does not have it; ")
                                        .contains(
                                                second.server().uri()
                                                        + " offers it, but no trusted key signed"
                                                        + " it, only 'stranger-1'; trusted are:"
                                                        + " 'hostile-1'"));
    }

    @Test
    void refusesACacheForAnotherStoreDirectory() throws Exception {
        first.server().on("/nix-cache-info", Answers.ok("StoreDir: /gnu/store\n"));

        FetchOutcome outcome = fetch();

        assertThat(outcome).isInstanceOf(FetchOutcome.Complete.class);
        assertThat(narRequests(first.server())).isZero();
        assertThat(bench.events(FetchEvent.CacheSetAside.class))
                .singleElement()
                .satisfies(
                        event ->
                                assertThat(event.reason())
                                        .contains(
                                                "the cache is for the store directory /gnu/store,"
                                                        + " not for /nix/store"));
    }

    @Test
    void fetchesFromACacheWithoutCacheInfo() throws Exception {
        first.server().on("/nix-cache-info", Answers.status(404));

        FetchOutcome outcome = bench.fetch(first);

        assertThat(outcome).isInstanceOf(FetchOutcome.Complete.class);
    }

    @Test
    void saysThatAUrlIsNoCacheWhenItHasNothingAtAll() throws Exception {
        try (var empty = HostileServer.start()) {
            FetchOutcome outcome = bench.fetch(first, empty.uri());

            assertThat(FetchBench.result(outcome, first.top()))
                    .isInstanceOfSatisfying(
                            PathResult.Unreachable.class,
                            unreachable ->
                                    assertThat(unreachable.reason())
                                            .contains("it has no nix-cache-info; check the URL"));
        }
    }

    @Test
    void saysThatNothingListens() throws Exception {
        URI gone;
        try (var server = HostileServer.start()) {
            gone = server.uri();
        }

        assertThat(FetchBench.result(bench.fetch(first, gone), first.top()))
                .isInstanceOfSatisfying(
                        PathResult.Unreachable.class,
                        unreachable ->
                                assertThat(unreachable.reason())
                                        .contains(gone.toString())
                                        .contains("Connection refused")
                                        .contains("(given up after 2 attempts)"));
    }

    @Test
    void saysThatNoCacheIsConfigured() throws Exception {
        assertThat(FetchBench.result(bench.fetch(first, new URI[0]), first.top()))
                .isEqualTo(
                        new PathResult.Absent(
                                first.top().path(), "no cache is configured", List.of()));
    }

    @Test
    void doesNotImportFromTheSecondUnderOtherReferences() throws Exception {
        Spoilage.NAR_WITH_FLIPPED_BIT.spoil(first, first.app());
        second.serveNarInfo(second.app(), second.signedNarInfo(second.app(), List.of()));

        assertThat(FetchBench.result(fetch(), first.app()))
                .isInstanceOfSatisfying(
                        PathResult.Refused.class,
                        refused ->
                                assertThat(refused.reason())
                                        .contains(
                                                "has another build of it, with other references"));
        bench.assertHolds(List.of(first.leaf(), first.otherLeaf()));
    }

    private static long narInfoRequests(HostileServer server) {
        return server.requests().stream().filter(r -> r.path().endsWith(".narinfo")).count();
    }

    private static long narRequests(HostileServer server) {
        return server.requests().stream().filter(r -> r.path().endsWith(".nar")).count();
    }
}

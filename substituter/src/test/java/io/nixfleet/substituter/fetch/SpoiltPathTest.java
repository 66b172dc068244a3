package io.nixfleet.substituter.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.compression.Compressed;
import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.ServedClosure;
import io.nixfleet.testing.cache.Spoilage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One path of a cache is bad in one way, or just unusual. */
class SpoiltPathTest {
    @TempDir private Path directory;
    private FetchBench bench;
    private ServedClosure closure;

    @BeforeEach
    void start() {
        bench = FetchBench.in(directory);
        closure = ServedClosure.start(1);
    }

    @AfterEach
    void stop() {
        bench.close();
        closure.close();
    }

    @ParameterizedTest
    @EnumSource
    void takesAllButTheSpoiltPathAndLaterJustWhatIsMissing(Spoilage spoilage) throws Exception {
        bench.close();
        bench = FetchBench.forSpoilage(directory, spoilage);
        Member spoilt = closure.leaf();
        spoilage.spoil(closure, spoilt);

        FetchOutcome outcome = bench.fetch(closure);

        PathResult result = FetchBench.result(outcome, spoilt);
        assertThat(result)
                .as("%s", result)
                .isInstanceOf(
                        switch (spoilage.verdict()) {
                            case REFUSED -> PathResult.Refused.class;
                            case ABSENT -> PathResult.Absent.class;
                            case UNREACHABLE -> PathResult.Unreachable.class;
                        });
        assertThat(((PathResult.Failure) result).reason())
                .contains(closure.server().uri().toString())
                .contains(spoilage.message());
        assertBlocked(outcome, closure.app(), spoilt);
        assertBlocked(outcome, closure.top(), spoilt);
        assertThat(outcome.results()).hasSize(4);
        bench.assertHolds(List.of(closure.otherLeaf()));

        closure.serve(spoilt);
        assertFetchesOnly(List.of(spoilt, closure.app(), closure.top()));
    }

    private static void assertBlocked(FetchOutcome outcome, Member member, Member by) {
        assertThat(FetchBench.result(outcome, member))
                .isEqualTo(new PathResult.Blocked(member.path(), by.path()));
    }

    private void assertFetchesOnly(List<Member> missing) throws Exception {
        bench.close();
        bench = FetchBench.in(directory);

        assertThat(bench.fetch(closure)).isInstanceOf(FetchOutcome.Complete.class);

        assertThat(bench.requestsTo(closure.server()))
                .containsExactlyInAnyOrderElementsOf(FetchBench.requestsFor(missing));
        bench.assertHolds(closure.members());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 24, 30, 100, 1000, -1000, -8, -1})
    void refusesNarCutAtAnyByte(int at) throws Exception {
        byte[] nar = closure.leaf().nar();
        closure.serveNar(closure.leaf(), Arrays.copyOf(nar, at > 0 ? at : nar.length + at));

        assertThat(FetchBench.result(bench.fetch(closure), closure.leaf()))
                .isInstanceOf(PathResult.Refused.class);

        bench.assertHolds(List.of(closure.otherLeaf()));
    }

    @Test
    void namesTheReferencesThatFormACycle() throws Exception {
        Member leaf = closure.leaf();
        Member app = closure.app();
        closure.serveNarInfo(leaf, closure.signedNarInfo(leaf, List.of(app.path())));

        FetchOutcome outcome = bench.fetch(closure);

        for (Member inRing : List.of(leaf, app)) {
            assertThat(FetchBench.result(outcome, inRing))
                    .isInstanceOfSatisfying(
                            PathResult.Refused.class,
                            refused ->
                                    assertThat(refused.reason())
                                            .startsWith("references form a cycle: ")
                                            .contains(leaf.path().baseName())
                                            .contains(app.path().baseName()));
        }
        assertThat(FetchBench.result(outcome, closure.top()))
                .isInstanceOf(PathResult.Blocked.class);
        bench.assertHolds(List.of(closure.otherLeaf()));

        closure.serve(leaf);
        assertFetchesOnly(List.of(leaf, app, closure.top()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"base16", "base32", "SRI"})
    void takesNarHashInAnyNotation(String notation) throws Exception {
        Member leaf = closure.leaf();
        NixHash hash = leaf.info().narHash();
        String text =
                switch (notation) {
                    case "base16" -> "sha256:" + hash.toBase16();
                    case "base32" -> "sha256:" + hash.toNixBase32();
                    default -> hash.toSri();
                };
        closure.serveNarInfo(
                leaf, ServedClosure.narInfo(leaf).replaceFirst("NarHash: .*", "NarHash: " + text));

        assertCompletes();
    }

    @Test
    void takesSignatureOfWrongLengthBesideAGoodOne() throws Exception {
        Member leaf = closure.leaf();
        String cut = Base64.getEncoder().encodeToString(new byte[63]);
        closure.serveNarInfo(leaf, ServedClosure.narInfo(leaf) + "Sig: hostile-1:" + cut + "\n");

        assertCompletes();
    }

    @ParameterizedTest
    @ValueSource(strings = {"absolute", "../", "query"})
    void followsNarUrlsOfAnyForm(String form) throws Exception {
        Member leaf = closure.leaf();
        String file = "/elsewhere/" + leaf.path().hashPart() + ".nar.zst";
        String url =
                switch (form) {
                    case "absolute" -> closure.server().uri() + file;
                    case "../" -> ".." + file;
                    default -> file.substring(1) + "?hash=a%20b";
                };
        closure.server()
                .on(
                        form.equals("query") ? file + "?hash=a%20b" : file,
                        Answers.ok(ServedClosure.compressedNar(leaf)));
        closure.serveNarInfo(
                leaf, ServedClosure.narInfo(leaf).replaceFirst("URL: .*", "URL: " + url));

        assertCompletes();
    }

    private void assertCompletes() throws Exception {
        FetchOutcome outcome = bench.fetch(closure);

        assertThat(outcome.failures()).isEmpty();
        bench.assertHolds(closure.members());
    }

    @Test
    void tellsTheWayToAnAbsentPath() throws Exception {
        closure.answerNarInfo(closure.leaf(), Answers.status(404));

        assertThat(FetchBench.result(bench.fetch(closure), closure.leaf()))
                .isInstanceOfSatisfying(
                        PathResult.Absent.class,
                        absent ->
                                assertThat(absent.via())
                                        .containsExactly(
                                                closure.top().path(), closure.app().path()));
    }

    @Test
    void refusesARootThatIsSpoiltItself() throws Exception {
        Spoilage.NAR_WITH_FLIPPED_BIT.spoil(closure, closure.top());

        FetchOutcome outcome = bench.fetch(closure);

        assertThat(outcome.failures()).hasSize(1);
        bench.assertHolds(List.of(closure.leaf(), closure.otherLeaf(), closure.app()));
        closure.serve(closure.top());
        assertFetchesOnly(List.of(closure.top()));
    }

    @Test
    void refusesClosureThatNeverEnds() throws Exception {
        bench.policy(FetchBench.policy(64, 16, 3, 3, 10));

        try (Substitution substitution =
                bench.substituter(closure, closure.server().uri()).open()) {
            assertThatThrownBy(() -> substitution.plan(List.of(closure.top().path())))
                    .hasMessage(
                            "the closure has more than 3 paths that the store lacks; the fetch was"
                                    + " ended");
        }
    }

    @Test
    void boundsWhatAZipBombCosts() throws Exception {
        Member leaf = closure.leaf();
        byte[] nar = leaf.nar();
        // A good archive, then 64 MiB of zeros in a few KiB, again and again.
        byte[] zeros = Compressed.bytes(Compression.ZSTD, new byte[64 << 20]);
        byte[] good = ServedClosure.compressedNar(leaf);
        closure.answerNar(
                leaf,
                (_, wire) -> {
                    wire.head(200);
                    wire.close();
                    wire.bytes(good);
                    while (!wire.pause(0)) {
                        wire.bytes(zeros);
                    }
                });
        long started = System.nanoTime();

        PathResult result = FetchBench.result(bench.fetch(closure), leaf);

        assertThat(result)
                .isInstanceOfSatisfying(
                        PathResult.Refused.class,
                        refused ->
                                assertThat(refused.reason())
                                        .contains("goes on after byte " + nar.length));
        assertThat(System.nanoTime() - started).isLessThan(10_000_000_000L);
        // Kernel buffers of both ends, and the prefetch buffer.
        assertThat(closure.server().bytesWritten()).isLessThan(20 << 20);
        bench.assertHolds(List.of(closure.otherLeaf()));
    }

    @Test
    void leavesNoPathOfAnotherStoreDirectoryIn() throws Exception {
        StorePath path = closure.leaf().path();
        closure.serveNarInfo(
                closure.leaf(),
                ServedClosure.narInfo(closure.leaf()).replaceFirst("/nix/store/", "/gnu/store/"));

        assertThat(FetchBench.result(bench.fetch(closure), closure.leaf()))
                .as("%s", path)
                .isInstanceOf(PathResult.Refused.class);
    }
}

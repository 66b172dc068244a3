package io.nixfleet.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.nix.compression.Compressed;
import io.nixfleet.nix.compression.Compression;
import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.cache.Answer;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.EndlessGraph;
import io.nixfleet.testing.cache.ManyPaths;
import io.nixfleet.testing.cache.ServedClosure;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A cache in an attacker's hands: the program ends in bounded time and memory, and the store has
 * nothing but what was signed. What single bad paths get is {@link SpoiltCacheTest}'s matter.
 */
@Timeout(180)
class HostileCacheTest {
    private static final long PEAK_LIMIT_KIB = 160 * 1024;

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int PATHS = 80;
    private static final int MEBIBYTE = 1 << 20;

    private ManyPaths closure;
    private Host host;

    @BeforeEach
    void serve() throws Exception {
        closure = ManyPaths.start(53, PATHS, 2000);
        host = Host.with(NixInstallation.nix28(), closure);
    }

    @AfterEach
    void stop() {
        host.close();
        closure.close();
    }

    /** All but the top, which leads to the others. */
    private List<Member> others() {
        return closure.members().subList(0, PATHS - 1);
    }

    private AgentProgram.Run fetch() throws Exception {
        return fetch(host);
    }

    private static AgentProgram.Run fetch(Host host) throws Exception {
        long started = System.nanoTime();
        AgentProgram.Run run = host.fetch();
        assertBounded(run, started);
        host.assertNothingRuns();
        return run;
    }

    private static void assertBounded(AgentProgram.Run run, long started) {
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(LIMIT);
        assertThat(run.peakKiB()).as("peak memory in KiB").isLessThan(PEAK_LIMIT_KIB);
        Host.assertNoStackTrace(run);
    }

    @Test
    void boundsJunkNarInfosThatComeAllAtOnce() throws Exception {
        byte[] junk = "junk: junk\n".repeat(2 * MEBIBYTE / 11).getBytes(StandardCharsets.UTF_8);
        answerNarInfos(Answers.ok(junk));

        AgentProgram.Run run = fetch();

        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(4);
        assertThat(run.stderr()).contains("it is longer than 1048576 bytes");
        host.assertHolds(List.of());
    }

    @Test
    void boundsSignaturesThatNobodyAskedFor() throws Exception {
        String signature = "Sig: junk-%d:" + Base64.getEncoder().encodeToString(new byte[64]);
        var junk = new StringBuilder();
        for (int i = 0; junk.length() < MEBIBYTE - 4000; i++) {
            junk.append(signature.formatted(i)).append('\n');
        }
        for (Member member : closure.members()) {
            String text = new String(ManyPaths.narInfo(member), StandardCharsets.UTF_8) + junk;
            closure.server().on(ServedClosure.narInfoFile(member), Answers.ok(text));
        }

        AgentProgram.Run run = fetch();

        assertThat(run.exitCode()).as(run.stderr()).isZero();
        host.assertHolds(closure.members());
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"GZIP", "ZSTD", "BR", "XZ", "BZIP2"})
    void boundsNarInfosThatDecodeToTooMuch(Compression encoding) throws Exception {
        byte[] bomb = bomb(encoding);
        answerNarInfos(Answers.ok(bomb, "Content-Encoding: " + encoding.nixName()));

        AgentProgram.Run run = fetch();

        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(4);
        assertThat(run.stderr()).contains("it is longer than 1048576 bytes");
        host.assertHolds(List.of());
    }

    @Test
    void refusesEncodingsWithinOneAnother() throws Exception {
        byte[] nested = Compressed.bytes(Compression.GZIP, new byte[MEBIBYTE]);
        answerNarInfos(Answers.ok(nested, "Content-Encoding: gzip, gzip, gzip"));

        AgentProgram.Run run = fetch();

        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(4);
        assertThat(run.stderr()).contains("3 Content-Encodings are too many");
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"GZIP", "ZSTD", "BR", "XZ", "BZIP2"})
    void boundsNarsThatUnpackHuge(Compression compression) throws Exception {
        byte[] bomb = bomb(compression);
        for (Member member : closure.members()) {
            serve(closure, member, compression, bomb);
        }

        AgentProgram.Run run = fetch();

        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(4);
        assertThat(run.stderr()).contains("refused: ", "sent what is not");
        host.assertHolds(List.of());
    }

    @Test
    void boundsNarFilesThatHoldNothingForEver() throws Exception {
        byte[] frames = repeated(Compressed.bytes(Compression.ZSTD, new byte[0]), MEBIBYTE);
        Answer endless =
                (_, wire) -> {
                    wire.head(200);
                    wire.close();
                    while (!wire.pause(0)) {
                        wire.bytes(frames);
                    }
                };
        closure.members().forEach(m -> closure.server().on(ServedClosure.narFile(m), endless));

        AgentProgram.Run run = fetch();

        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(4);
        assertThat(run.stderr()).contains("more than there can be");
        host.assertHolds(List.of());
    }

    /** As {@code xz -8} and harmonia make them. */
    @ParameterizedTest
    @EnumSource(names = {"XZ", "ZSTD", "BR"})
    void takesManyNarsWithTheWidestWindow(Compression compression) throws Exception {
        serveWide(closure, compression);

        AgentProgram.Run run = fetch();

        assertThat(run.exitCode()).as(run.stderr()).isZero();
        host.assertHolds(closure.members());
    }

    /** Windows that are used to their ends. */
    @ParameterizedTest
    @EnumSource(names = {"XZ", "ZSTD", "BR"})
    void takesBigNarsWithTheWidestWindow(Compression compression) throws Exception {
        int bytes = 72 * MEBIBYTE;
        try (var big =
                        compression == Compression.XZ
                                // Anything else takes its compressor minutes.
                                ? ManyPaths.repetitive(59, 4, bytes)
                                : ManyPaths.start(59, 4, bytes);
                var own = Host.with(NixInstallation.nix28(), big)) {
            serveWide(big, compression);

            AgentProgram.Run run = fetch(own);

            assertThat(run.exitCode()).as(run.stderr()).isZero();
            own.assertHolds(big.members());
        }
    }

    private static void serveWide(ManyPaths closure, Compression compression) {
        for (Member member : closure.members()) {
            serve(closure, member, compression, Compressed.wide(compression, member.nar()));
        }
    }

    private static void serve(
            ManyPaths closure, Member member, Compression compression, byte[] nar) {
        String text =
                new String(ManyPaths.narInfo(member), StandardCharsets.UTF_8)
                        .replace("Compression: zstd", "Compression: " + compression.nixName());
        closure.server().on(ServedClosure.narInfoFile(member), Answers.ok(text));
        closure.server().on(ServedClosure.narFile(member), Answers.ok(nar));
    }

    /**
     * As {@code xz -9} makes them: more memory than a fetch has, if the operator does not say so.
     */
    @Test
    void leavesDictionariesBeyondItsMemoryAlone() throws Exception {
        for (Member member : closure.members()) {
            byte[] nar = Compressed.xz(member.nar(), 64 * MEBIBYTE);
            serve(closure, member, Compression.XZ, nar);
        }

        AgentProgram.Run run = fetch();

        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(4);
        assertThat(run.stderr()).contains("its window takes 64 MiB, at most 32 MiB are allowed");
        host.assertHolds(List.of());

        AgentProgram.Run allowed = host.fetch("--max-window", "64");

        assertThat(allowed.exitCode()).as(allowed.stderr()).isZero();
        host.assertHolds(closure.members());
    }

    @Test
    void refusesSwappedNars() throws Exception {
        for (int i = 0; i < PATHS; i++) {
            Member member = closure.members().get(i);
            Member next = closure.members().get((i + 1) % PATHS);
            closure.server()
                    .on(
                            ServedClosure.narFile(member),
                            Answers.ok(ServedClosure.compressedNar(next)));
        }

        AgentProgram.Run run = fetch();

        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(4);
        host.assertHolds(List.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "unix:///run/docker.sock",
                "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
                "http://[fe80::1%25lo]/x",
            })
    void refusesRedirectsToWhatOnlyThisHostCanReach(String target) throws Exception {
        answerNarInfos(Answers.redirect(302, target));

        AgentProgram.Run run = fetch();

        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(5);
        host.assertHolds(List.of());
    }

    @Test
    void refusesAReferenceGraphThatNeverEnds() throws Exception {
        assertRefused(EndlessGraph.growing(40), "more than 50000 paths that the store lacks");
    }

    @Test
    void refusesThousandsOfReferencesFromEachPath() throws Exception {
        assertRefused(EndlessGraph.dense(15_000), "more than 1000000 references");
    }

    private static void assertRefused(EndlessGraph graph, String reason) throws Exception {
        try (graph;
                AgentProgram agent = AgentProgram.with(NixInstallation.nix28());
                ChrootStore store = NixInstallation.nix28().newStore()) {
            long started = System.nanoTime();
            AgentProgram.Run run =
                    agent.run(
                            "fetch",
                            "--from",
                            graph.server().uri().toString(),
                            "--store",
                            store.directory().toString(),
                            "--trusted-public-key",
                            graph.key().publicKey().toString(),
                            graph.root().toString());

            assertThat(run.exitCode()).as(run.stderr()).isEqualTo(6);
            assertThat(run.stderr()).contains(reason, "the fetch was ended");
            assertBounded(run, started);
        }
    }

    private void answerNarInfos(Answer answer) {
        others().forEach(m -> closure.server().on(ServedClosure.narInfoFile(m), answer));
    }

    /** Without an encoder for br, 1.5 MiB of that are as long as they unpack. */
    private static byte[] bomb(Compression compression) {
        int size = compression == Compression.BR ? 3 * MEBIBYTE / 2 : 64 * MEBIBYTE;
        return Compressed.bytes(compression, new byte[size]);
    }

    private static byte[] repeated(byte[] piece, int atLeast) {
        var all = new ByteArrayOutputStream();
        while (all.size() < atLeast) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }
}

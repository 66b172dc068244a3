package io.nixfleet.testing.cache;

import io.nixfleet.nix.compression.Compressed;
import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.NarInfoWriter;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.Seeds;
import io.nixfleet.testing.TestClosure;
import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.TestPaths;
import io.nixfleet.testing.TestTree;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A small signed closure at a server, of which any path can be spoilt: two leaves, an application
 * that needs the first, and a top that needs the application and the second.
 */
public final class ServedClosure implements ServedPaths {
    private static final int FILE_BYTES = 3000;

    private final SecretKey key = TestPaths.key("hostile-1");
    private final HostileServer server = HostileServer.start();
    private final Member leaf;
    private final Member otherLeaf;
    private final Member app;
    private final Member top;

    private ServedClosure(RandomGenerator random, int leafBytes) {
        leaf = member(random, "leaf", leafBytes, List.of());
        otherLeaf = member(random, "other-leaf", FILE_BYTES, List.of());
        app = member(random, "app", FILE_BYTES, List.of(leaf.path()));
        top = member(random, "top", FILE_BYTES, List.of(app.path(), otherLeaf.path()));
        server.on("/nix-cache-info", Answers.ok("StoreDir: /nix/store\nWantMassQuery: 1\n"));
        members().forEach(this::serve);
    }

    public static ServedClosure start(long seed) {
        return start(seed, FILE_BYTES);
    }

    /** One whose first leaf has a file of that many bytes. */
    public static ServedClosure start(long seed, int leafBytes) {
        return new ServedClosure(Seeds.random(seed), leafBytes);
    }

    private Member member(RandomGenerator random, String name, int bytes, List<StorePath> needs) {
        TestTree.Directory tree = TestTree.directory();
        tree.entries().put("data", TestTree.file(random, bytes));
        tree.entries().put("link", new TestTree.Symlink("data"));
        return TestClosure.member(random, name, tree, needs, key);
    }

    @Override
    public SecretKey key() {
        return key;
    }

    @Override
    public HostileServer server() {
        return server;
    }

    /** What the application needs. */
    public Member leaf() {
        return leaf;
    }

    /** What only the top needs. */
    public Member otherLeaf() {
        return otherLeaf;
    }

    public Member app() {
        return app;
    }

    @Override
    public Member top() {
        return top;
    }

    @Override
    public List<Member> members() {
        return List.of(leaf, otherLeaf, app, top);
    }

    public static String narInfoFile(Member member) {
        return "/" + member.path().hashPart() + ".narinfo";
    }

    /** The name that its NAR has wherever it is not spoilt. */
    public static String narFile(Member member) {
        return "/nar/" + member.info().narHash().toNixBase32() + ".nar";
    }

    /** The narinfo as it should be. */
    public static String narInfo(Member member) {
        return narInfo(member.info(), Compression.ZSTD);
    }

    private static String narInfo(PathInfo info, Compression compression) {
        return NarInfoWriter.write(TestPaths.narInfo(info, compression));
    }

    /** Serves the path as it should be; mends whatever was spoilt. */
    public void serve(Member member) {
        serveNarInfo(member, narInfo(member));
        answerNar(member, Answers.ok(compressedNar(member)));
    }

    public static byte[] compressedNar(Member member) {
        return Compressed.bytes(Compression.ZSTD, member.nar());
    }

    public void serveNarInfo(Member member, String text) {
        answerNarInfo(member, Answers.ok(text.getBytes(StandardCharsets.UTF_8)));
    }

    public void answerNarInfo(Member member, Answer... answers) {
        server.on(narInfoFile(member), answers);
    }

    public void answerNar(Member member, Answer... answers) {
        server.on(narFile(member), answers);
    }

    /** Serves other bytes as its NAR than those that the narinfo promises. */
    public void serveNar(Member member, byte[] nar) {
        answerNar(member, Answers.ok(Compressed.bytes(Compression.ZSTD, nar)));
    }

    /** Serves any bytes as its NAR, with a narinfo that is signed for exactly those. */
    public void serveSigned(Member member, byte[] nar) {
        serveSigned(member, nar.length, NixHash.compute(HashAlgorithm.SHA256, nar), nar);
    }

    /** Serves these bytes under a signed narinfo that makes these claims. */
    public void serveSigned(Member member, long narSize, NixHash narHash, byte[] nar) {
        PathInfo info = claim(member, narSize, narHash, member.info().references());
        serveNarInfo(member, narInfo(info, Compression.ZSTD).replaceFirst("nar/.*", urlOf(member)));
        serveNar(member, nar);
    }

    private static String urlOf(Member member) {
        return narFile(member).substring(1);
    }

    /** A narinfo for the member's NAR with these claims, signed. */
    public String signedNarInfo(Member member, List<StorePath> references) {
        PathInfo info = claim(member, member.info().narSize(), member.info().narHash(), references);
        return narInfo(info, Compression.ZSTD);
    }

    private PathInfo claim(
            Member member, long narSize, NixHash narHash, List<StorePath> references) {
        PathInfo real = member.info();
        var info =
                new PathInfo(
                        real.path(),
                        real.deriver(),
                        narHash,
                        narSize,
                        references,
                        List.of(),
                        real.contentAddress());
        return TestPaths.sign(info, key);
    }

    @Override
    public void close() {
        server.close();
    }
}

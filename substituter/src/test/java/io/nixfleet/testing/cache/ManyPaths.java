package io.nixfleet.testing.cache;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.narinfo.NarInfoWriter;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.Seeds;
import io.nixfleet.testing.TestClosure;
import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.TestPaths;
import io.nixfleet.testing.TestTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** A closure of as many paths as wanted at a server, all as they should be. */
public final class ManyPaths implements ServedPaths {
    private final SecretKey key = TestPaths.key("hostile-1");
    private final HostileServer server = HostileServer.start();
    private final List<Member> members;

    private ManyPaths(RandomGenerator random, int count, Supplier<TestTree.File> file) {
        var made = new ArrayList<Member>();
        for (int i = 1; i < count; i++) {
            var needs = new ArrayList<StorePath>();
            // Some wide, some deep.
            if (i % 3 == 0) {
                needs.add(made.get(i - 2).path());
            }
            made.add(member(random, "p" + i, file.get(), needs));
        }
        made.add(member(random, "top", file.get(), made.stream().map(Member::path).toList()));
        members = List.copyOf(made);
        server.on("/nix-cache-info", Answers.ok("StoreDir: /nix/store\nWantMassQuery: 1\n"));
        for (Member member : members) {
            server.on(ServedClosure.narInfoFile(member), Answers.ok(narInfo(member)));
            server.on(
                    ServedClosure.narFile(member), Answers.ok(ServedClosure.compressedNar(member)));
        }
    }

    /** That many paths, each with a file of that many bytes; the top refers to all others. */
    public static ManyPaths start(long seed, int count, int bytes) {
        RandomGenerator random = Seeds.random(seed);
        return new ManyPaths(random, count, () -> TestTree.file(random, bytes));
    }

    /** As {@link #start}, with files of one byte over and over, which compress at once. */
    public static ManyPaths repetitive(long seed, int count, int bytes) {
        var file = new TestTree.File(false, "0".repeat(bytes));
        return new ManyPaths(Seeds.random(seed), count, () -> file);
    }

    private Member member(
            RandomGenerator random, String name, TestTree.File file, List<StorePath> needs) {
        TestTree.Directory tree = TestTree.directory();
        tree.entries().put("data", file);
        return TestClosure.member(random, name, tree, needs, key);
    }

    /** A member's narinfo as it should be. */
    public static byte[] narInfo(Member member) {
        return NarInfoWriter.write(TestPaths.narInfo(member.info(), Compression.ZSTD))
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public HostileServer server() {
        return server;
    }

    @Override
    public SecretKey key() {
        return key;
    }

    @Override
    public Member top() {
        return members.getLast();
    }

    @Override
    public List<Member> members() {
        return members;
    }

    @Override
    public void close() {
        server.close();
    }
}

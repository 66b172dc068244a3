package io.nixfleet.testing;

import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.store.StorePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Paths with their NARs, each after those that it refers to; the last refers, directly or not, to
 * all others.
 */
public record TestClosure(List<Member> members) {
    /** A path and its content. */
    public record Member(PathInfo info, TestTree tree) {
        public byte[] nar() {
            return tree.toNar();
        }

        public StorePath path() {
            return info.path();
        }
    }

    public TestClosure {
        members = List.copyOf(members);
    }

    /** A random closure of {@code size} small paths, all signed by the key. */
    public static TestClosure random(RandomGenerator random, int size, SecretKey key) {
        var members = new ArrayList<Member>();
        var unused = new TreeSet<StorePath>();
        for (int i = 0; i < size; i++) {
            var references = new TreeSet<StorePath>();
            for (int r = Math.min(i, random.nextInt(4)); r > 0; r--) {
                references.add(Seeds.pick(random, members).path());
            }
            if (i == size - 1) {
                references.addAll(unused);
            }
            unused.removeAll(references);
            Member member =
                    member(
                            random,
                            "p" + i,
                            TestTree.random(random, 4),
                            List.copyOf(references),
                            key);
            unused.add(member.path());
            members.add(member);
        }
        return new TestClosure(members);
    }

    /** A signed path with this content; now and then it refers to itself as well. */
    public static Member member(
            RandomGenerator random,
            String name,
            TestTree tree,
            List<StorePath> references,
            SecretKey key) {
        StorePath path = TestPaths.path(random, name);
        var all = new ArrayList<>(references);
        if (random.nextInt(4) == 0) {
            all.add(path);
        }
        byte[] nar = tree.toNar();
        var info =
                new PathInfo(
                        path,
                        Optional.of(TestPaths.path(random, name + ".drv")),
                        NixHash.compute(HashAlgorithm.SHA256, nar),
                        nar.length,
                        all,
                        List.of(),
                        Optional.empty());
        return new Member(TestPaths.sign(info, key), tree);
    }

    /** The path that refers to all others. */
    public Member top() {
        return members.getLast();
    }
}

package io.nixfleet.it.jmh;

import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** SHA-256 of a NAR of 1 MB, by Java's own implementation, and the hash as text. */
@State(Scope.Thread)
public class NixHashBenchmark {
    private final byte[] nar = SystemLikeData.bytes(1_000_000);
    private final String text = NixHash.compute(HashAlgorithm.SHA256, nar).toString();

    @Benchmark
    public NixHash sha256(Volume volume) {
        volume.bytes += nar.length;
        return NixHash.compute(HashAlgorithm.SHA256, nar);
    }

    @Benchmark
    public NixHash parse() {
        return NixHash.parse(text);
    }
}

package io.nixfleet.it.jmh;

import io.nixfleet.nix.encoding.NixBase32;
import io.nixfleet.testing.Seeds;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The hash parts of store paths, 20 bytes, and SHA-256, 32 bytes. */
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // Set by the method that JMH calls first.
public class NixBase32Benchmark {
    @Param({"20", "32"})
    public int length;

    private byte[] bytes;
    private String text;

    @Setup
    public void draw() {
        bytes = new byte[length];
        Seeds.random(1).nextBytes(bytes);
        text = NixBase32.encode(bytes);
    }

    @Benchmark
    public String encode() {
        return NixBase32.encode(bytes);
    }

    @Benchmark
    public byte[] decode() {
        return NixBase32.decode(text, length);
    }
}

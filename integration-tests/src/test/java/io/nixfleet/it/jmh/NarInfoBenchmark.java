package io.nixfleet.it.jmh;

import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.narinfo.NarInfoParser;
import io.nixfleet.nix.narinfo.NarInfoWriter;
import io.nixfleet.nix.store.StorePath;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Parsing a narinfo, as it is done once for each path of a closure. */
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // Set by the method that JMH calls first.
public class NarInfoBenchmark {
    @Param({"5", "100"})
    public int references;

    private StorePath path;
    private byte[] text;

    @Setup
    public void write() {
        NarInfo narInfo = NarInfoOfSize.withReferences(references);
        path = narInfo.info().path();
        text = NarInfoWriter.write(narInfo).getBytes(StandardCharsets.UTF_8);
    }

    @Benchmark
    public NarInfo parse() {
        return NarInfoParser.parseFor(path, text, "https://cache.example.org/x.narinfo");
    }
}

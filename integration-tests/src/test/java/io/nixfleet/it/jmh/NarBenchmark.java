package io.nixfleet.it.jmh;

import io.nixfleet.nix.nar.NarCheckingInputStream;
import io.nixfleet.nix.nar.NarParser;
import io.nixfleet.nix.nar.NarVisitor;
import io.nixfleet.nix.nar.NarWriter;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.Seeds;
import io.nixfleet.testing.TestPaths;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reading a NAR of some 8 MB that is in memory, in chunks as an import takes them. */
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // Set by JMH and the method that it calls first.
public class NarBenchmark {
    private static final StorePath PATH = TestPaths.path(Seeds.random(1), "linux-firmware");

    /** What the NAR is made of. */
    public enum Content {
        BIG_FILES(4, 2_000_000),
        SMALL_FILES(10_000, 600);

        private final int count;
        private final int size;

        Content(int count, int size) {
            this.count = count;
            this.size = size;
        }
    }

    @Param public Content content;

    private byte[] nar;
    private final byte[] chunk = new byte[64 * 1024];

    @Setup
    public void write() throws IOException {
        var out = new ByteArrayOutputStream();
        var writer = new NarWriter(out);
        byte[] file = SystemLikeData.bytes(content.size);
        writer.directoryBegin();
        for (int i = 0; i < content.count; i++) {
            writer.entry("file-%06d.h".formatted(i).getBytes(StandardCharsets.US_ASCII));
            writer.fileBegin(false, file.length);
            writer.fileContent(file, 0, file.length);
            writer.fileEnd();
        }
        writer.directoryEnd();
        nar = out.toByteArray();
    }

    /** The parser alone, which copies nothing. */
    @Benchmark
    public long parse(Volume volume) throws IOException {
        var parser = new NarParser(NarVisitor.IGNORING);
        for (int at = 0; at < nar.length; at += chunk.length) {
            parser.feed(nar, at, Math.min(chunk.length, nar.length - at));
        }
        parser.finish();
        volume.bytes += nar.length;
        return parser.offset();
    }

    @Benchmark
    public long check(Volume volume) throws IOException {
        long read = 0;
        try (var in = new NarCheckingInputStream(new ByteArrayInputStream(nar), PATH, nar.length)) {
            for (int count; (count = in.read(chunk)) >= 0; ) {
                read += count;
            }
        }
        volume.bytes += read;
        return read;
    }
}

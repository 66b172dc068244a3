package io.nixfleet.it.jmh;

import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.substituter.daemon.wire.ByteSource;
import io.nixfleet.substituter.daemon.wire.DaemonMessage;
import io.nixfleet.substituter.daemon.wire.DaemonMessage.Tag;
import io.nixfleet.substituter.daemon.wire.ProtocolVersion;
import io.nixfleet.substituter.daemon.wire.UnkeyedPathInfo;
import io.nixfleet.substituter.daemon.wire.WireReader;
import io.nixfleet.substituter.daemon.wire.WireWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What goes over a connection to the Nix daemon, which stays open: the buffers are there. */
@State(Scope.Thread)
public class WireBenchmark {
    private static final ProtocolVersion VERSION = new ProtocolVersion(1, 37);

    private final byte[] nar = SystemLikeData.bytes(8_000_000);
    private final WireReader logLines;
    private final WireReader activities;

    public WireBenchmark() {
        logLines =
                endless(
                        out ->
                                out.u64(Tag.NEXT)
                                        .string(
                                                "\u001b[35;1mwarning:\u001b[0m ignoring untrusted"
                                                    + " substituter 'https://cache.example.org',"
                                                    + " you are not a trusted user.\n"));
        activities =
                endless(
                        out ->
                                out.u64(Tag.START_ACTIVITY)
                                        .u64(4_294_967_296_001L)
                                        .u64(3)
                                        .u64(100)
                                        .string(
                                                "copying path"
                                                    + " '/nix/store/0c0hh6zi2mfl2wyk9ivq3dv8wb2qqicf-nix-2.31.1'")
                                        .u64(2)
                                        .u64(1)
                                        .string(
                                                "/nix/store/0c0hh6zi2mfl2wyk9ivq3dv8wb2qqicf-nix-2.31.1")
                                        .u64(0)
                                        .u64(12_345_678)
                                        .u64(0));
    }

    /** Something that writes. */
    @FunctionalInterface
    private interface Writing {
        void to(WireWriter out) throws IOException;
    }

    /** What was written, over and over. */
    private static WireReader endless(Writing writing) {
        var bytes = new ByteArrayOutputStream();
        var out = new WireWriter(bytes::write);
        try {
            writing.to(out);
            out.flush();
        } catch (IOException e) {
            throw new AssertionError("memory takes every byte", e);
        }
        var source = new ByteArrayInputStream(bytes.toByteArray());
        ByteSource again =
                (target, offset, length) -> {
                    if (source.available() == 0) {
                        source.reset();
                    }
                    return source.read(target, offset, length);
                };
        return new WireReader(again);
    }

    /** The writer of a connection, whose bytes are counted and forgotten. */
    @State(Scope.Thread)
    public static class Connection {
        private long written;
        private final WireWriter out = new WireWriter((_, _, length) -> written += length);
    }

    /** A path with its references, to write and to read. */
    @State(Scope.Thread)
    @SuppressWarnings("NullAway.Init") // Set by the method that JMH calls first.
    public static class ImportedPath {
        @Param({"5", "100"})
        public int references;

        private PathInfo info;
        private WireReader in;

        @Setup
        public void write() {
            info = NarInfoOfSize.withReferences(references).info();
            in = endless(out -> out.unkeyedPathInfo(info));
        }
    }

    @Benchmark
    public long writeFrames(Connection connection, Volume volume) throws IOException {
        var source = new ByteArrayInputStream(nar);
        int left = nar.length;
        while (left > 0) {
            left -= connection.out.frame(source::readNBytes, left);
        }
        connection.out.endOfFrames().flush();
        volume.bytes += nar.length;
        return connection.written;
    }

    @Benchmark
    public long writePathInfo(Connection connection, ImportedPath path) throws IOException {
        connection.out.path(path.info.path()).unkeyedPathInfo(path.info).flush();
        return connection.written;
    }

    @Benchmark
    public PathInfo readPathInfo(ImportedPath path) throws IOException {
        return UnkeyedPathInfo.read(path.in).of(path.info.path());
    }

    @Benchmark
    public DaemonMessage readLogLine() throws IOException {
        return DaemonMessage.read(logLines, VERSION);
    }

    @Benchmark
    public DaemonMessage readActivity() throws IOException {
        return DaemonMessage.read(activities, VERSION);
    }
}

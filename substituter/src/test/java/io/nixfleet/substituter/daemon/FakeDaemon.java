package io.nixfleet.substituter.daemon;

import io.nixfleet.substituter.daemon.wire.DaemonMessage.Tag;
import io.nixfleet.substituter.daemon.wire.WireReader;
import io.nixfleet.substituter.daemon.wire.WireWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A daemon on a real socket that does to each connection what the test says. */
final class FakeDaemon implements AutoCloseable {
    private final Path socket;
    private final ServerSocketChannel server;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();

    /** What happens on a connection; at its end the connection is closed. */
    @FunctionalInterface
    interface Behaviour {
        void run(Peer peer) throws IOException;
    }

    FakeDaemon(Path directory, Behaviour behaviour) throws IOException {
        this.socket = directory.resolve("socket");
        this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(() -> acceptAll(behaviour));
    }

    private void acceptAll(Behaviour behaviour) {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                connections.add(channel);
                accepted.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(channel, behaviour));
            } catch (IOException _) {
                return;
            }
        }
    }

    private static void serve(SocketChannel channel, Behaviour behaviour) {
        try (channel) {
            behaviour.run(new Peer(channel));
        } catch (IOException _) {
            // The client went away: what many of these tests are about.
        }
    }

    DaemonTarget target() {
        return new DaemonTarget.Socket(socket);
    }

    int accepted() {
        return accepted.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (SocketChannel connection : connections) {
            connection.close();
        }
    }

    /** One connection, seen from the daemon. */
    static final class Peer {
        private final InputStream stream;
        private final OutputStream output;
        private final WireReader in;
        private final WireWriter out;

        private Peer(SocketChannel channel) {
            this.stream = Channels.newInputStream(channel);
            this.output = Channels.newOutputStream(channel);
            this.in = new WireReader(stream::read);
            this.out = new WireWriter(output::write);
        }

        WireReader in() {
            return in;
        }

        WireWriter out() {
            return out;
        }

        /** Greets as Nix 2.34 does and takes the options. */
        void greet() throws IOException {
            greet(0x126);
        }

        void greet(int version) throws IOException {
            in.u64("magic");
            in.u64("version");
            out.u64(0x6478696f).u64(version).flush();
            in.u64("affinity");
            in.u64("reserve");
            if (version >= 0x121) {
                out.string("2.34.8");
            }
            if (version >= 0x123) {
                out.u64(1);
            }
            out.u64(Tag.LAST).flush();
            for (int i = 0; i < 13; i++) {
                in.u64("options");
            }
            long overrides = in.u64("overrides");
            for (long i = 0; i < 2 * overrides; i++) {
                in.string("override", 4096);
            }
            done();
        }

        WireWriter done() throws IOException {
            out.u64(Tag.LAST).flush();
            return out;
        }

        void error(String message) throws IOException {
            out.u64(Tag.ERROR).string("Error").u64(0).string("Error").string(message);
            out.u64(0).u64(0).flush();
        }

        /** Answers whether paths are valid and takes roots until another operation comes. */
        long nextOther() throws IOException {
            while (true) {
                long operation = in.u64("operation");
                if (operation == 1) {
                    in.string("path", 4096);
                    done().u64(0).flush();
                } else if (operation == 11) {
                    in.string("path", 4096);
                    done().u64(1).flush();
                } else {
                    return operation;
                }
            }
        }

        /** Reads an import's request and NAR, whose bytes it drops. */
        void takeImport() throws IOException {
            takeImportRequest();
            long frame = in.u64("frame");
            while (frame != 0) {
                takeBytes(frame);
                frame = in.u64("frame");
            }
        }

        void takeImportRequest() throws IOException {
            in.string("path", 4096);
            in.string("deriver", 4096);
            in.string("hash", 4096);
            in.strings("references", 1000, 4096);
            in.u64("time");
            in.u64("size");
            in.u64("ultimate");
            in.strings("signatures", 1000, 4096);
            in.string("address", 4096);
            in.u64("repair");
            in.u64("dontCheckSigs");
        }

        void takeBytes(long count) throws IOException {
            // Frames of these tests are multiples of 8 bytes.
            for (long taken = 0; taken < count; taken += 8) {
                in.u64("data");
            }
        }

        /** Waits until the client hangs up. */
        void hang() throws IOException {
            while (true) {
                in.u64("anything");
            }
        }
    }
}

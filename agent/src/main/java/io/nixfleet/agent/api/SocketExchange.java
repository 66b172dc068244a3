package io.nixfleet.agent.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One request over a Unix socket, within a time; non-blocking, since blocking ones know no limit.
 */
final class SocketExchange implements AutoCloseable {
    private static final int LONGEST_REPLY = 4 * 1024 * 1024;

    private final Duration limit;
    private final long deadline;
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;

    SocketExchange(Path socket, Duration limit) throws IOException {
        this.limit = limit;
        this.deadline = System.nanoTime() + limit.toNanos();
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.configureBlocking(false);
            channel.connect(UnixDomainSocketAddress.of(socket));
            selector = Selector.open();
            key = channel.register(selector, 0);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Sends a request and reads to the end of the connection. */
    byte[] send(byte[] request) throws IOException, InterruptedException {
        while (!channel.finishConnect()) {
            await(SelectionKey.OP_CONNECT);
        }
        ByteBuffer out = ByteBuffer.wrap(request);
        while (out.hasRemaining()) {
            if (channel.write(out) == 0) {
                await(SelectionKey.OP_WRITE);
            }
        }
        var reply = new ByteArrayOutputStream();
        ByteBuffer in = ByteBuffer.allocate(16 * 1024);
        for (int read = channel.read(in); read >= 0; read = channel.read(in)) {
            if (read == 0) {
                await(SelectionKey.OP_READ);
            }
            reply.write(in.array(), 0, in.position());
            in.clear();
            if (reply.size() > LONGEST_REPLY) {
                throw new IOException(
                        "its answer is longer than %d bytes".formatted(LONGEST_REPLY));
            }
        }
        return reply.toByteArray();
    }

    private void await(int readiness) throws IOException, InterruptedException {
        key.interestOps(readiness);
        long millis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        if (millis <= 0 || selector.select(millis) == 0) {
            if (Thread.interrupted()) {
                throw new InterruptedException("asking the agent");
            }
            throw new IOException("it did not answer within %d s".formatted(limit.toSeconds()));
        }
        selector.selectedKeys().clear();
    }

    @Override
    public void close() throws IOException {
        try (selector) {
            channel.close();
        }
    }
}

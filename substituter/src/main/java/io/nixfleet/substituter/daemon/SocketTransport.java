package io.nixfleet.substituter.daemon;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;

/** A connection over a Unix socket. */
final class SocketTransport implements DaemonTransport {
    private final DaemonTarget.Socket target;
    private final SocketChannel channel;
    private boolean heard;
    private volatile boolean turnedAway;

    SocketTransport(DaemonTarget.Socket target) throws IOException {
        this.target = target;
        this.channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    }

    @Override
    public void connect() throws IOException {
        try {
            channel.connect(UnixDomainSocketAddress.of(target.path()));
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(explain(e), e);
        }
    }

    private String explain(IOException failure) {
        if (!Files.exists(target.path())) {
            return "there is no such socket; is nix-daemon.socket running?";
        }
        return "cannot connect (%s); is nix-daemon.socket running, and may this user use it?"
                .formatted(failure.getMessage());
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read;
        try {
            read = channel.read(ByteBuffer.wrap(into, offset, length));
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            if (heard) {
                throw e;
            }
            // Reset, since it hung up without taking what we sent.
            read = -1;
        }
        turnedAway = read < 0 && !heard;
        heard = true;
        return read;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        var buffer = ByteBuffer.wrap(bytes, offset, length);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    @Override
    public String peer() {
        return target.describe();
    }

    @Override
    public String lastWords() {
        return turnedAway
                ? "a daemon does so with users whom its allowed-users setting leaves out"
                : "";
    }

    @Override
    public void abort() {
        try {
            channel.close();
        } catch (IOException _) {
            // The descriptor is gone either way, and so is what we wanted of it.
        }
    }

    @Override
    public void close() {
        abort();
    }
}

package io.nixfleet.testing.fault;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The way of one answer to the client, on which its fault befalls it. */
final class FaultyWire {
    /** The fault ended the connection. */
    static final class EndedException extends IOException {
        EndedException() {
            super("ended by a fault");
        }
    }

    private final Socket client;
    private final OutputStream out;
    private final Fault fault;
    private final CountDownLatch proxyClosed;
    private long position;

    FaultyWire(Socket client, Fault fault, CountDownLatch proxyClosed) throws IOException {
        this.client = client;
        this.out = client.getOutputStream();
        this.fault = fault;
        this.proxyClosed = proxyClosed;
    }

    void write(byte[] bytes, int length) throws IOException, InterruptedException {
        switch (fault) {
            case Fault.Cut(long at) -> {
                if (pass(bytes, length, at) < length) {
                    client.close();
                    throw new EndedException();
                }
            }
            case Fault.Reset(long at) -> {
                if (pass(bytes, length, at) < length) {
                    client.setSoLinger(true, 0);
                    client.close();
                    throw new EndedException();
                }
            }
            case Fault.Stall(long at) -> {
                if (pass(bytes, length, at) < length) {
                    proxyClosed.await();
                    throw new EndedException();
                }
            }
            case Fault.Delay(long at, Duration pause) -> {
                int before = pass(bytes, length, at);
                if (before < length) {
                    if (position == at) {
                        pause(pause);
                    }
                    send(bytes, before, length - before);
                }
            }
            case Fault.Drip(long at, Duration pause) -> {
                for (int i = pass(bytes, length, at); i < length; i++) {
                    pause(pause);
                    send(bytes, i, 1);
                }
            }
            case Fault.Corrupt(long at, int bits) -> {
                if (at >= position && at < position + length) {
                    bytes[(int) (at - position)] ^= (byte) bits;
                }
                send(bytes, 0, length);
            }
            case Fault.None _,
                    Fault.Status _,
                    Fault.StatusOfTheOneBefore _,
                    Fault.CloseKeptConnection _,
                    Fault.NoAnswer _ ->
                    send(bytes, 0, length);
        }
    }

    /** Sends what comes before the byte {@code at} of the answer; returns how much that was. */
    private int pass(byte[] bytes, int length, long at) throws IOException {
        int before = Math.clamp(at - position, 0, length);
        send(bytes, 0, before);
        return before;
    }

    private void send(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        position += length;
    }

    private void pause(Duration pause) throws IOException, InterruptedException {
        if (proxyClosed.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new EndedException();
        }
    }

    /** The bytes that were sent so far. */
    long position() {
        return position;
    }
}

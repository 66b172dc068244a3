package io.nixfleet.it.nix;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A stream of bytes to which something happens at a position. */
public final class ScriptedStream extends InputStream {
    private static final long LIMIT_SECONDS = 60;

    private final byte[] bytes;
    private final int eventAt;
    private final Event event;
    private boolean happened;
    private int position;

    @FunctionalInterface
    private interface Event {
        /** Whether the stream goes on after it. */
        boolean happen() throws IOException;
    }

    private ScriptedStream(byte[] bytes, int eventAt, Event event) {
        this.bytes = bytes;
        this.eventAt = eventAt;
        this.event = event;
    }

    /** Throws there. */
    public static InputStream failing(byte[] bytes, int position, IOException failure) {
        return new ScriptedStream(
                bytes,
                position,
                () -> {
                    throw failure;
                });
    }

    /** Ends there. */
    public static InputStream ending(byte[] bytes, int position) {
        return new ScriptedStream(bytes, position, () -> false);
    }

    /** Tells that it got there and waits until it may go on. */
    public static InputStream pausing(
            byte[] bytes, int position, CountDownLatch reached, CountDownLatch goOn) {
        return new ScriptedStream(
                bytes,
                position,
                () -> {
                    reached.countDown();
                    try {
                        if (goOn.getCount() > 0 && !goOn.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                            throw new IOException("the test never let the stream go on");
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IOException("interrupted", e);
                    }
                    return true;
                });
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (position == eventAt && !happened) {
            if (!event.happen()) {
                return -1;
            }
            happened = true;
        }
        int bound = position < eventAt ? eventAt : bytes.length;
        if (position == bound) {
            return -1;
        }
        int step = Math.min(length, bound - position);
        System.arraycopy(bytes, position, target, offset, step);
        position += step;
        return step;
    }
}

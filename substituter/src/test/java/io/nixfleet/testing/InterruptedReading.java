package io.nixfleet.testing;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;

/** Bytes in whose midst something happens, on the thread that reads them. */
public final class InterruptedReading extends FilterInputStream {
    /** What happens. */
    @FunctionalInterface
    public interface Event {
        void happen() throws Exception;
    }

    private final int half;
    private final Event event;
    private boolean happened;

    public InterruptedReading(byte[] bytes, Event event) {
        super(new ByteArrayInputStream(bytes));
        this.half = Math.max(1, bytes.length / 2);
        this.event = event;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = super.read(buffer, offset, Math.min(length, half));
        if (!happened) {
            happened = true;
            try {
                event.happen();
            } catch (Exception e) {
                throw new AssertionError("what should happen while reading failed", e);
            }
        }
        return count;
    }
}

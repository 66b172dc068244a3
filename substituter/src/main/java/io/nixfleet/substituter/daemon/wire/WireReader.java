package io.nixfleet.substituter.daemon.wire;

import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the primitives of the worker protocol. Everything has a bound that the caller names, with
 * {@code what} being what is read, for the message. Not for use by several threads at once.
 */
public final class WireReader {
    private static final VarHandle U64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int BUFFER_SIZE = 8192;

    private final ByteSource source;
    private final byte[] buffer = new byte[BUFFER_SIZE];
    private int position;
    private int limit;
    private long received;

    public WireReader(ByteSource source) {
        this.source = source;
    }

    /** How many bytes were consumed so far. */
    public long consumed() {
        return received - (limit - position);
    }

    /** All 64 bits, as they are. */
    public long u64(String what) throws IOException {
        while (limit - position < Long.BYTES) {
            fill(what);
        }
        long value = (long) U64.get(buffer, position);
        position += Long.BYTES;
        return value;
    }

    /** An integer from 0 to {@code max}. */
    public long integer(String what, long max) throws IOException {
        long value = u64(what);
        if (value < 0 || value > max) {
            throw new WireFormatException(
                    "%s is %s, more than the %d that can be"
                            .formatted(what, Long.toUnsignedString(value), max));
        }
        return value;
    }

    public boolean bool(String what) throws IOException {
        return integer(what, 1) == 1;
    }

    /** A count of items that follow, at most {@code max}. */
    public int count(String what, int max) throws IOException {
        return (int) integer("the number of " + what, max);
    }

    /** A string of at most {@code maxBytes} bytes; a longer one is an error. */
    public String string(String what, int maxBytes) throws IOException {
        int length = (int) integer("the length of " + what, maxBytes);
        byte[] bytes = take(what, length);
        padding(what, length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The first {@code keptBytes} bytes of a string of any length; the rest is passed over. */
    public String text(String what, int keptBytes) throws IOException {
        long length = integer("the length of " + what, Long.MAX_VALUE - Long.BYTES);
        byte[] bytes = take(what, (int) Math.min(length, keptBytes));
        skip(what, length - bytes.length);
        padding(what, length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** At most {@code maxCount} strings of at most {@code maxBytes} bytes each. */
    public List<String> strings(String what, int maxCount, int maxBytes) throws IOException {
        int count = count(what, maxCount);
        var strings = new ArrayList<String>(Math.min(count, 16));
        for (int i = 0; i < count; i++) {
            strings.add(string(what, maxBytes));
        }
        return strings;
    }

    private byte[] take(String what, int length) throws IOException {
        // Grows with the bytes that arrive, not with the length that was claimed.
        byte[] bytes = new byte[Math.min(length, BUFFER_SIZE)];
        int taken = 0;
        while (taken < length) {
            if (position == limit) {
                fill(what);
            }
            if (taken == bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * bytes.length));
            }
            int step = Math.min(bytes.length - taken, limit - position);
            System.arraycopy(buffer, position, bytes, taken, step);
            position += step;
            taken += step;
        }
        return bytes;
    }

    private void skip(String what, long length) throws IOException {
        long left = length;
        while (left > 0) {
            if (position == limit) {
                fill(what);
            }
            int step = (int) Math.min(left, limit - position);
            position += step;
            left -= step;
        }
    }

    private void padding(String what, long length) throws IOException {
        for (int left = (int) (-length & 7); left > 0; left--) {
            if (position == limit) {
                fill(what);
            }
            if (buffer[position++] != 0) {
                throw new WireFormatException("the padding after " + what + " is not zero");
            }
        }
    }

    private void fill(String what) throws IOException {
        if (position == limit) {
            position = 0;
            limit = 0;
        } else if (limit == buffer.length) {
            System.arraycopy(buffer, position, buffer, 0, limit - position);
            limit -= position;
            position = 0;
        }
        int read = source.read(buffer, limit, buffer.length - limit);
        if (read < 0) {
            throw new EOFException("the other end closed the connection ahead of " + what);
        }
        limit += read;
        received += read;
    }
}

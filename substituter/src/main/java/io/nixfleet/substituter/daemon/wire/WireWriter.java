package io.nixfleet.substituter.daemon.wire;

import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Optional;

/**
 * Writes the primitives of the worker protocol into a buffer of 64 KiB, which goes out when it is
 * full and by {@link #flush()}. Not for use by several threads at once.
 */
public final class WireWriter {
    /**
     * A daemon holds a whole frame in memory; and a write of up to 64 KiB, header included, is one
     * system call whatever the transport.
     */
    private static final int BUFFER_SIZE = 64 * 1024;

    private static final int SMALLEST_FRAME_ROOM = 4 * 1024;
    private static final VarHandle U64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ByteSink sink;
    private final byte[] buffer = new byte[BUFFER_SIZE];
    private int position;

    public WireWriter(ByteSink sink) {
        this.sink = sink;
    }

    public WireWriter u64(long value) throws IOException {
        makeRoom(Long.BYTES);
        U64.set(buffer, position, value);
        position += Long.BYTES;
        return this;
    }

    public WireWriter bool(boolean value) throws IOException {
        return u64(value ? 1 : 0);
    }

    public WireWriter operation(WorkerOperation operation) throws IOException {
        return u64(operation.code());
    }

    public WireWriter string(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        u64(bytes.length);
        int written = 0;
        while (written < bytes.length) {
            makeRoom(1);
            int step = Math.min(bytes.length - written, buffer.length - position);
            System.arraycopy(bytes, written, buffer, position, step);
            position += step;
            written += step;
        }
        for (int left = -bytes.length & 7; left > 0; left--) {
            makeRoom(1);
            buffer[position++] = 0;
        }
        return this;
    }

    /** A list: the items' number, then each in its usual text form. */
    public WireWriter strings(Collection<?> items) throws IOException {
        u64(items.size());
        for (Object item : items) {
            string(item.toString());
        }
        return this;
    }

    public WireWriter path(StorePath path) throws IOException {
        return string(path.toString());
    }

    /** What the protocol calls UnkeyedValidPathInfo: all of the info but the path. */
    public WireWriter unkeyedPathInfo(PathInfo info) throws IOException {
        string(textOrEmpty(info.deriver()));
        string(info.narHash().toBase16());
        strings(info.references());
        u64(0); // Registration time: the daemon takes its own.
        u64(info.narSize());
        bool(false); // Ultimate: built here. It was not.
        strings(info.signatures());
        return string(textOrEmpty(info.contentAddress()));
    }

    private static String textOrEmpty(Optional<?> value) {
        return value.map(Object::toString).orElse("");
    }

    /**
     * Writes one frame of what the source gives by one read, which goes straight into the buffer.
     * When the source throws, nothing of the frame is written.
     *
     * @param max how many bytes to read at most, more than 0
     * @return the bytes written; 0 at the source's end, and then no frame was written
     */
    public int frame(ByteSource source, long max) throws IOException {
        makeRoom(Long.BYTES + (int) Math.min(max, SMALLEST_FRAME_ROOM));
        int start = position + Long.BYTES;
        int read = source.read(buffer, start, (int) Math.min(max, buffer.length - start));
        if (read <= 0) {
            return 0;
        }
        U64.set(buffer, position, (long) read);
        position = start + read;
        return read;
    }

    /** Ends a sequence of frames. */
    public WireWriter endOfFrames() throws IOException {
        return u64(0);
    }

    public void flush() throws IOException {
        if (position > 0) {
            int length = position;
            // Emptied first: what failed to go out once is not offered a second time.
            position = 0;
            sink.write(buffer, 0, length);
        }
    }

    private void makeRoom(int bytes) throws IOException {
        if (buffer.length - position < bytes) {
            flush();
        }
    }
}

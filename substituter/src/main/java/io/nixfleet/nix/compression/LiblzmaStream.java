package io.nixfleet.nix.compression;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** All xz streams of a source, decoded by {@link Liblzma}. */
final class LiblzmaStream extends InputStream {
    private static final int BUFFER = 64 * 1024;

    /** What the decoder takes besides its dictionary. */
    private static final long TABLES = 1 << 20;

    private final Liblzma lzma;
    private final InputStream source;
    private final long limit;
    private final WideWindows wide;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment stream = arena.allocate(Liblzma.STREAM);
    private final MemorySegment input = arena.allocate(BUFFER);
    private final MemorySegment output = arena.allocate(BUFFER);
    private final byte[] heapInput = new byte[BUFFER];
    private long claimed;
    private boolean sourceEnded;
    private boolean ended;

    /**
     * @param limit bytes that a dictionary may take
     */
    LiblzmaStream(Liblzma lzma, InputStream source, long limit, WideWindows wide)
            throws IOException {
        this.lzma = lzma;
        this.source = source;
        this.limit = limit;
        this.wide = wide;
        int result = lzma.begin(stream, WideWindows.USUAL_BYTES + TABLES);
        if (result != Liblzma.OK) {
            free();
            throw new IOException("liblzma cannot begin: " + describe(result));
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (ended) {
            return -1;
        }
        int wanted = Math.min(length, BUFFER);
        Liblzma.NEXT_OUT.set(stream, 0L, output);
        Liblzma.AVAILABLE_OUT.set(stream, 0L, (long) wanted);
        int count = 0;
        while (count == 0 && !ended) {
            if ((long) Liblzma.AVAILABLE_IN.get(stream, 0L) == 0 && !sourceEnded) {
                fill();
            }
            int result = lzma.code(stream, sourceEnded ? Liblzma.FINISH : Liblzma.RUN);
            switch (result) {
                case Liblzma.OK -> {}
                case Liblzma.STREAM_END -> ended = true;
                case Liblzma.MEMORY_LIMIT -> allowMore();
                case Liblzma.NO_PROGRESS -> {
                    if (sourceEnded) {
                        throw new EOFException("an xz stream is cut short");
                    }
                }
                default -> throw new IOException(describe(result));
            }
            count = wanted - (int) (long) Liblzma.AVAILABLE_OUT.get(stream, 0L);
        }
        if (count == 0) {
            return -1;
        }
        MemorySegment.copy(output, JAVA_BYTE, 0, bytes, offset, count);
        return count;
    }

    private void fill() throws IOException {
        int count = source.read(heapInput, 0, BUFFER);
        if (count < 0) {
            sourceEnded = true;
            return;
        }
        MemorySegment.copy(heapInput, 0, input, JAVA_BYTE, 0, count);
        Liblzma.NEXT_IN.set(stream, 0L, input);
        Liblzma.AVAILABLE_IN.set(stream, 0L, (long) count);
    }

    /** A header asks for more than the usual: nothing of that is allocated yet. */
    private void allowMore() throws IOException {
        long needed = lzma.memoryUsage(stream);
        long window = Math.max(needed - TABLES, 0);
        if (window > limit) {
            throw new WindowException(window, limit);
        }
        if (window > claimed) {
            wide.release(claimed);
            claimed = 0;
            wide.claim(window);
            claimed = window;
            wide.allocating(window);
        }
        int result = lzma.setMemoryLimit(stream, needed);
        if (result != Liblzma.OK) {
            throw new IOException("liblzma takes no other limit: " + describe(result));
        }
    }

    private static String describe(int result) {
        return switch (result) {
            case Liblzma.MEMORY_ERROR -> "there is no memory";
            case Liblzma.FORMAT_ERROR -> "it does not begin as xz";
            case Liblzma.OPTIONS_ERROR -> "it has options that are not supported";
            case Liblzma.DATA_ERROR -> "the data is damaged";
            default -> "liblzma's error " + result;
        };
    }

    @Override
    public void close() throws IOException {
        if (arena.scope().isAlive()) {
            free();
        }
        source.close();
    }

    private void free() {
        lzma.end(stream);
        arena.close();
        wide.release(claimed);
        claimed = 0;
    }
}

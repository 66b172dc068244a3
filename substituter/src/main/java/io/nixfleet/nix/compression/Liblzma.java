package io.nixfleet.nix.compression;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The decoder of XZ Utils (lzma/base.h, lzma/container.h of liblzma 5), where the host has it:
 * twice as fast as the one in Java.
 */
@SuppressWarnings("restricted")
final class Liblzma {
    /** Results of {@link #code}. */
    static final int OK = 0;

    static final int STREAM_END = 1;
    static final int MEMORY_ERROR = 5;
    static final int MEMORY_LIMIT = 6;
    static final int FORMAT_ERROR = 7;
    static final int OPTIONS_ERROR = 8;
    static final int DATA_ERROR = 9;
    static final int NO_PROGRESS = 10;

    /** Actions of {@link #code}. */
    static final int RUN = 0;

    static final int FINISH = 3;

    /** To the end of the last of several streams. */
    private static final int CONCATENATED = 8;

    /** {@code lzma_stream}, the reserved members at its end as a whole. */
    static final StructLayout STREAM =
            MemoryLayout.structLayout(
                    ADDRESS.withName("next_in"),
                    JAVA_LONG.withName("avail_in"),
                    JAVA_LONG.withName("total_in"),
                    ADDRESS.withName("next_out"),
                    JAVA_LONG.withName("avail_out"),
                    JAVA_LONG.withName("total_out"),
                    MemoryLayout.sequenceLayout(11, JAVA_LONG).withName("rest"));

    static final VarHandle NEXT_IN = member("next_in");
    static final VarHandle AVAILABLE_IN = member("avail_in");
    static final VarHandle NEXT_OUT = member("next_out");
    static final VarHandle AVAILABLE_OUT = member("avail_out");

    private static final Optional<Liblzma> INSTALLED = load();

    private final MethodHandle streamDecoder;
    private final MethodHandle code;
    private final MethodHandle end;
    private final MethodHandle memoryUsage;
    private final MethodHandle setMemoryLimit;

    private Liblzma(SymbolLookup library) {
        Linker linker = Linker.nativeLinker();
        streamDecoder =
                linker.downcallHandle(
                        library.findOrThrow("lzma_stream_decoder"),
                        FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
        code =
                linker.downcallHandle(
                        library.findOrThrow("lzma_code"),
                        FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
        end =
                linker.downcallHandle(
                        library.findOrThrow("lzma_end"), FunctionDescriptor.ofVoid(ADDRESS));
        memoryUsage =
                linker.downcallHandle(
                        library.findOrThrow("lzma_memusage"),
                        FunctionDescriptor.of(JAVA_LONG, ADDRESS));
        setMemoryLimit =
                linker.downcallHandle(
                        library.findOrThrow("lzma_memlimit_set"),
                        FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    }

    private static VarHandle member(String name) {
        return STREAM.varHandle(MemoryLayout.PathElement.groupElement(name));
    }

    /** Empty where there is none, or one that lacks a function. */
    static Optional<Liblzma> installed() {
        return INSTALLED;
    }

    /**
     * {@code nixfleet.liblzma} names the file, or is empty for none; else the system's is taken.
     */
    private static Optional<Liblzma> load() {
        String file = System.getProperty("nixfleet.liblzma", "liblzma.so.5");
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Liblzma(SymbolLookup.libraryLookup(file, Arena.global())));
        } catch (IllegalArgumentException
                | NoSuchElementException
                | UnsupportedOperationException _) {
            return Optional.empty();
        }
    }

    /** Begins to decode; the stream is zeroed memory. */
    int begin(MemorySegment stream, long memoryLimit) {
        try {
            return (int) streamDecoder.invokeExact(stream, memoryLimit, CONCATENATED);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int code(MemorySegment stream, int action) {
        try {
            return (int) code.invokeExact(stream, action);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Frees what the decoder holds. */
    void end(MemorySegment stream) {
        try {
            end.invokeExact(stream);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** What the decoder needs, once it reported {@link #MEMORY_LIMIT}. */
    long memoryUsage(MemorySegment stream) {
        try {
            return (long) memoryUsage.invokeExact(stream);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int setMemoryLimit(MemorySegment stream, long limit) {
        try {
            return (int) setMemoryLimit.invokeExact(stream, limit);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static IllegalStateException unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("a call of liblzma failed", e);
    }
}

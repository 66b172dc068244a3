package io.nixfleet.agent.heap;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The memory of this process that mirrors files which nobody writes: the JVM's code, and what the
 * AOT cache has of classes.
 */
final class FileCopies {
    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final Path MAPS_WITH_FIGURES = Path.of("/proc/self/smaps");
    private static final Path SIZES = Path.of("/proc/self/statm");
    private static final int PAGE_BYTES = 4096;
    private static final int MADV_RANDOM = 1;
    private static final int MADV_DONTNEED = 4;
    private static final int MADV_NOHUGEPAGE = 15;
    private static final int MADV_PAGEOUT = 21;

    /** What a daemon's loops touch all the time. */
    private static final long ALWAYS_USED = 12L << 20;

    private final List<Mapping> copies;
    private final MethodHandle madvise = madvise();
    private long least = 0;
    private int pagedOut = 0;

    private FileCopies(List<Mapping> copies) {
        this.copies = copies;
    }

    /** Of all mapped files. */
    static long residentBytes() throws IOException {
        // In pages: size, resident, resident of files, and others. See proc(5).
        String[] figures = Files.readString(SIZES).split(" ", 4);
        return Long.parseLong(figures[2]) * PAGE_BYTES;
    }

    /** Those of now. */
    static FileCopies find() throws IOException {
        var found = new FileCopies(Mapping.lastingCopies(Files.readAllLines(MAPS_WITH_FIGURES)));
        found.advise(MADV_NOHUGEPAGE);
        found.advise(MADV_RANDOM);
        return found;
    }

    /** As {@link #forget}, if more of it is resident than would be mapped again at once. */
    void forgetIfMany() throws IOException {
        if (residentBytes() > least + ALWAYS_USED) {
            forget();
            least = residentBytes();
        }
    }

    /**
     * Makes none of it resident. The kernel keeps the pages as cache as long as nobody needs the
     * memory, and maps those that are used again, sixteen at a time.
     *
     * <p>But what was written lately, as by an update, is cached in pieces of up to two megabytes,
     * and one byte that is read maps all of a piece. So at first the kernel is asked to let go of
     * them, and reads small ones; a second time, since it cannot before they are on the disk.
     */
    void forget() throws IOException {
        if (pagedOut < 2) {
            pagedOut++;
            advise(MADV_PAGEOUT);
        }
        advise(MADV_DONTNEED);
    }

    private void advise(int advice) throws IOException {
        // What was mapped otherwise since, such as to redefine a class, is left alone.
        String now = Files.readString(MAPS);
        for (Mapping copy : copies) {
            if (now.contains(copy.line())) {
                advise(copy, advice);
            }
        }
    }

    /** A refusal by the kernel changes nothing. */
    private void advise(Mapping mapping, int advice) {
        try {
            var _ =
                    (int)
                            madvise.invokeExact(
                                    MemorySegment.ofAddress(mapping.start()),
                                    mapping.bytes(),
                                    advice);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** With the types that its manual gives. */
    @SuppressWarnings("restricted")
    private static MethodHandle madvise() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("madvise"),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    }
}

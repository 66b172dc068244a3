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
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands back what only the start, or a deployment, had use of.
 *
 * <p>Garbage goes, and so do pages that are mere copies of files which cannot be written: of the
 * AOT cache, the JVM's code, the runtime's modules. The kernel keeps them as cache as long as
 * nobody needs the memory, and maps those that are used again.
 */
public final class IdleMemory {
    private static final Logger LOG = LoggerFactory.getLogger(IdleMemory.class);
    private static final Path MAPPINGS = Path.of("/proc/self/smaps");

    private IdleMemory() {}

    /** Releases once the start is over, unless interrupted. */
    public static AutoCloseable releaseAfter(Duration start) {
        Thread thread =
                Thread.ofVirtual()
                        .name("nixfleet-idle-memory")
                        .start(
                                () -> {
                                    try {
                                        Thread.sleep(start);
                                        release();
                                    } catch (InterruptedException _) {
                                        Thread.currentThread().interrupt();
                                    }
                                });
        return thread::interrupt;
    }

    /** Releases now; takes some ten milliseconds. Never throws: this only saves. */
    public static void release() {
        System.gc();
        try {
            for (Mapping mapping : Mapping.parse(Files.readAllLines(MAPPINGS))) {
                if (mapping.onlyCopiesItsFile()) {
                    Libc.forget(mapping);
                }
            }
        } catch (IOException | RuntimeException | LinkageError e) {
            LOG.debug("memory could not be handed back: {}", e.toString());
        }
    }

    /** Whose failure to load is nobody's concern before the first release. */
    private static final class Libc {
        private static final int MADV_DONTNEED = 4;
        private static final MethodHandle MADVISE = madvise();

        private Libc() {}

        /** With the types that its manual gives. */
        @SuppressWarnings("restricted")
        private static MethodHandle madvise() {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("madvise"),
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
        }

        /** A refusal by the kernel changes nothing. */
        static void forget(Mapping mapping) {
            try {
                var _ =
                        (int)
                                MADVISE.invokeExact(
                                        MemorySegment.ofAddress(mapping.start()),
                                        mapping.end() - mapping.start(),
                                        MADV_DONTNEED);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }
}

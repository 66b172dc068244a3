package io.nixfleet.substituter.unpack;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;

/**
 * Symbolic links with their targets byte for byte. Java's own calls make {@code a/b} of {@code
 * a//b/}, which gives a tree another hash; they do for the targets that they leave as they are, for
 * the others libc is called.
 */
final class ExactSymlink {
    private static final int MAX_TARGET = 4096;

    private ExactSymlink() {}

    /** Makes a link; nothing may be in its place. */
    static void create(Path link, byte[] target) throws IOException {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(target)).toString();
            Path path = link.getFileSystem().getPath(text);
            if (path.toString().equals(text)) {
                Files.createSymbolicLink(link, path);
                return;
            }
        } catch (CharacterCodingException | InvalidPathException _) {
            // Bytes that are no text here.
        }
        try (var arena = Arena.ofConfined()) {
            int result =
                    (int) Libc.SYMLINK.invokeExact(cString(arena, target), cString(arena, link));
            if (result != 0) {
                throw new IOException("symlink() failed for " + link);
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("cannot call symlink()", e);
        }
    }

    /** Reads a link's target. */
    static byte[] read(Path link) throws IOException {
        long size =
                Files.readAttributes(link, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .size();
        byte[] text = Files.readSymbolicLink(link).toString().getBytes(StandardCharsets.UTF_8);
        if (text.length == size) {
            return text;
        }
        try (var arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MAX_TARGET);
            long length =
                    (long)
                            Libc.READLINK.invokeExact(
                                    cString(arena, link), buffer, buffer.byteSize());
            if (length < 0) {
                throw new IOException("readlink() failed for " + link);
            }
            return Arrays.copyOf(buffer.toArray(ValueLayout.JAVA_BYTE), (int) length);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("cannot call readlink()", e);
        }
    }

    private static MemorySegment cString(Arena arena, Path path) {
        return cString(arena, path.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static MemorySegment cString(Arena arena, byte[] text) {
        // Allocated zeroed, so that the last byte ends the string.
        MemorySegment string = arena.allocate(text.length + 1L);
        MemorySegment.copy(text, 0, string, ValueLayout.JAVA_BYTE, 0, text.length);
        return string;
    }

    /** Bound at the first use, which most stores never come to. */
    // Restricted because a wrong signature could crash the runtime: these two are POSIX's.
    @SuppressWarnings("restricted")
    private static final class Libc {
        static final MethodHandle SYMLINK =
                bind(
                        "symlink",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        static final MethodHandle READLINK =
                bind(
                        "readlink",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_LONG,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG));

        private static MethodHandle bind(String name, FunctionDescriptor type) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
        }
    }
}

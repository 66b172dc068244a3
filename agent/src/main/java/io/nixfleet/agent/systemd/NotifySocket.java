package io.nixfleet.agent.systemd;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/**
 * A Unix datagram socket of somebody else, by libc's {@code socket}, {@code sendto}, {@code close}.
 *
 * @param name a path, or an abstract name after {@code @}
 */
record NotifySocket(String name) {
    private static final short AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;

    /** Room in {@code sockaddr_un}, a path's last zero included. */
    private static final int MAX_NAME_BYTES = 108;

    NotifySocket {
        if (!name.startsWith("/") && !name.startsWith("@")) {
            throw new IllegalArgumentException("neither a path nor an abstract socket: " + name);
        }
        if (name.length() < 2 || name.getBytes(StandardCharsets.UTF_8).length >= MAX_NAME_BYTES) {
            throw new IllegalArgumentException("a socket's name has 2 to 107 bytes: " + name);
        }
    }

    /**
     * Sends one datagram without waiting.
     *
     * @throws IOException when nobody listens, or the listener's queue is full
     */
    void send(String text) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
            boolean isPath = nameBytes[0] == '/';
            // Zeroed, so a path has its end.
            MemorySegment address = arena.allocate(Short.BYTES + MAX_NAME_BYTES, Short.BYTES);
            address.set(JAVA_SHORT, 0, AF_UNIX);
            MemorySegment.copy(nameBytes, 0, address, JAVA_BYTE, Short.BYTES, nameBytes.length);
            if (!isPath) {
                address.set(JAVA_BYTE, Short.BYTES, (byte) 0);
            }
            int length = Short.BYTES + nameBytes.length + (isPath ? 1 : 0);
            byte[] content = text.getBytes(StandardCharsets.UTF_8);
            MemorySegment message = arena.allocateFrom(JAVA_BYTE, content);
            int socket =
                    (int)
                            Libc.SOCKET.invokeExact(
                                    state, (int) AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
            if (socket < 0) {
                throw failure("socket", state);
            }
            try {
                long sent =
                        (long)
                                Libc.SENDTO.invokeExact(
                                        state,
                                        socket,
                                        message,
                                        (long) content.length,
                                        MSG_DONTWAIT | MSG_NOSIGNAL,
                                        address,
                                        length);
                if (sent < 0) {
                    throw failure("sendto", state);
                }
            } finally {
                int _ = (int) Libc.CLOSE.invokeExact(socket);
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("libc cannot be called", e);
        }
    }

    private IOException failure(String function, MemorySegment state) {
        int number = (int) Libc.ERRNO.get(state, 0L);
        return new IOException("%s to %s failed with errno %d".formatted(function, name, number));
    }

    /** Found when first needed: a program that notifies nobody does not link it. */
    private static final class Libc {
        private static final StructLayout STATE = Linker.Option.captureStateLayout();
        private static final VarHandle ERRNO =
                STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
        private static final MethodHandle SOCKET =
                function("socket", JAVA_INT, true, JAVA_INT, JAVA_INT, JAVA_INT);
        private static final MethodHandle SENDTO =
                function(
                        "sendto", JAVA_LONG, true, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS,
                        JAVA_INT);
        private static final MethodHandle CLOSE = function("close", JAVA_INT, false, JAVA_INT);

        private Libc() {}

        /** Calls of libc with the types that its manual gives. */
        @SuppressWarnings("restricted")
        private static MethodHandle function(
                String name, ValueLayout result, boolean keepsErrno, ValueLayout... arguments) {
            Linker linker = Linker.nativeLinker();
            var options =
                    keepsErrno
                            ? new Linker.Option[] {Linker.Option.captureCallState("errno")}
                            : new Linker.Option[0];
            return linker.downcallHandle(
                    linker.defaultLookup().find(name).orElseThrow(),
                    FunctionDescriptor.of(result, arguments),
                    options);
        }
    }
}

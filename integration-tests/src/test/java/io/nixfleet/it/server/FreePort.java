package io.nixfleet.it.server;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for programs that must be told one. They are below those that the kernel gives to
 * connections, any of which may take a port of that range before the program does; and none comes
 * twice soon.
 */
public final class FreePort {
    private static final int FIRST = 20_000;
    private static final int COUNT = 10_000;
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(COUNT));

    private FreePort() {}

    /** A port of this machine at which nobody listens. */
    public static int next() {
        for (int tried = 0; tried < COUNT; tried++) {
            int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            try (var _ = new ServerSocket(port)) {
                return port;
            } catch (IOException _) {
                // Somebody listens there.
            }
        }
        throw new AssertionError("no port from %d on is free".formatted(FIRST));
    }
}

package io.nixfleet.agent.heap;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands back what is not needed right now, before a decompressor takes tens of megabytes: garbage,
 * and pages that mirror files. At most every few seconds, since it takes some tens of milliseconds.
 */
public final class RoomForMuch implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(RoomForMuch.class);
    private static final long INTERVAL_NANOS = Duration.ofSeconds(5).toNanos();

    private long last;
    private @Nullable FileCopies copies;

    @Override
    public synchronized void run() {
        if (copies != null && System.nanoTime() - last < INTERVAL_NANOS) {
            return;
        }
        try {
            System.gc();
            if (copies == null) {
                copies = FileCopies.find();
            }
            copies.forget();
        } catch (IOException | RuntimeException | LinkageError e) {
            LOG.debug("memory could not be handed back: {}", e.toString());
        }
        last = System.nanoTime();
    }
}

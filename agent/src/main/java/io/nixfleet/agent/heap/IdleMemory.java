package io.nixfleet.agent.heap;

import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands back what only the start, a deployment or the last poll had use of: garbage, and pages that
 * mirror files.
 */
public final class IdleMemory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IdleMemory.class);

    private final Thread thread;

    private IdleMemory(Thread thread) {
        this.thread = thread;
    }

    /**
     * Releases until closed.
     *
     * @param start how long what the start needs is needed
     * @param interval how often to look at what was mapped since
     */
    public static IdleMemory watch(Duration start, Duration interval) {
        return new IdleMemory(
                Thread.ofVirtual()
                        .name("nixfleet-idle-memory")
                        .start(() -> keepSmall(start, interval)));
    }

    private static void keepSmall(Duration start, Duration interval) {
        try {
            Thread.sleep(start);
            System.gc();
            FileCopies copies = FileCopies.find();
            while (true) {
                copies.forgetIfMany();
                Thread.sleep(interval);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException | LinkageError e) {
            LOG.debug("memory could not be handed back: {}", e.toString());
        }
    }

    /**
     * Releases once, now.
     *
     * @throws IOException if {@code /proc} cannot be read
     */
    public static void release() throws IOException {
        System.gc();
        FileCopies.find().forget();
    }

    /** Stops watching; returns at once. */
    @Override
    public void close() {
        thread.interrupt();
    }
}

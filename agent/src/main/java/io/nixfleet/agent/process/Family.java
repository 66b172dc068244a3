package io.nixfleet.agent.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A child and all that came of it. Java can neither make nor signal process groups, and a
 * descendant whose parent has ended is no descendant any more; so each child carries a mark in its
 * environment, which its descendants inherit.
 */
final class Family {
    /** The variable that holds the mark. */
    static final String MARK = "NIXFLEET_CHILD";

    private static final Path PROC = Path.of("/proc");
    private static final int ENVIRONMENT_LIMIT = 1 << 20;
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Duration STEP = Duration.ofMillis(20);
    // What forks while it is being looked for is found the next time.
    private static final int KILL_ROUNDS = 10;

    private final Process child;
    private final String mark;

    Family(Process child, String mark) {
        this.child = child;
        this.mark = MARK + "=" + mark;
    }

    /**
     * Asks all to end, and ends those that don't within a moment. An interrupt shortens that moment
     * to nothing, and is kept.
     */
    void end() {
        Set<ProcessHandle> living = living();
        living.forEach(ProcessHandle::destroy);
        boolean interrupted = false;
        try {
            awaitEnd(GRACE);
        } catch (InterruptedException _) {
            interrupted = true;
        }
        for (int round = 0; round < KILL_ROUNDS; round++) {
            living = living();
            if (living.isEmpty()) {
                break;
            }
            living.forEach(ProcessHandle::destroyForcibly);
            try {
                awaitEnd(STEP);
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitEnd(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!living().isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(STEP);
        }
    }

    private Set<ProcessHandle> living() {
        var living = new LinkedHashSet<ProcessHandle>();
        if (child.isAlive()) {
            living.add(child.toHandle());
            child.descendants().filter(ProcessHandle::isAlive).forEach(living::add);
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                long pid = Long.parseLong(process.getFileName().toString());
                // The handle first: it keeps to this process, should another get its number.
                ProcessHandle.of(pid).filter(_ -> isMarked(process)).ifPresent(living::add);
            }
        } catch (IOException | NumberFormatException _) {
            // Without /proc there are the descendants.
        }
        return living;
    }

    private boolean isMarked(Path process) {
        try (InputStream in = Files.newInputStream(process.resolve("environ"))) {
            String environment =
                    new String(in.readNBytes(ENVIRONMENT_LIMIT), StandardCharsets.ISO_8859_1);
            return ("\0" + environment).contains("\0" + mark + "\0");
        } catch (IOException _) {
            // Ended meanwhile, or another user's.
            return false;
        }
    }
}

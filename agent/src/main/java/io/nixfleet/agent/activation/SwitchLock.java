package io.nixfleet.agent.activation;

import io.nixfleet.agent.time.Ticks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The lock that {@code switch-to-configuration} holds while it works, looked at in the kernel's
 * list. To try to take it, even for a moment, would fail a switch that begins in that moment; and
 * Java's file locks are of another kind than flock(2)'s.
 */
public final class SwitchLock {
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final HostPaths paths;
    private final Ticks ticks;

    public SwitchLock(HostPaths paths, Ticks ticks) {
        this.paths = paths;
        this.ticks = ticks;
    }

    /** The process that took the lock, if it is held. */
    public OptionalLong holder() throws HostException {
        String file;
        try {
            file = identity(paths.switchLock());
        } catch (NoSuchFileException _) {
            return OptionalLong.empty();
        } catch (IOException e) {
            throw new HostException(
                    "could not look at the lock %s: %s".formatted(paths.switchLock(), e), e);
        }
        try {
            for (String line : Files.readAllLines(paths.locks())) {
                // 1: FLOCK  ADVISORY  WRITE 9563 00:29:18487 0 EOF; "->" marks one who waits.
                String[] fields = line.strip().split("\\s+");
                if (fields.length >= 6 && fields[1].equals("FLOCK") && fields[5].equals(file)) {
                    return OptionalLong.of(Long.parseLong(fields[4]));
                }
            }
            return OptionalLong.empty();
        } catch (IOException | NumberFormatException e) {
            throw new HostException(
                    "could not read the kernel's locks in %s: %s".formatted(paths.locks(), e), e);
        }
    }

    /** Waits until nobody holds the lock; false, if that is not within the limit. */
    public boolean awaitFree(Duration limit) throws HostException, InterruptedException {
        Duration deadline = ticks.now().plus(limit);
        while (holder().isPresent()) {
            if (ticks.now().compareTo(deadline) >= 0) {
                return false;
            }
            ticks.sleep(INTERVAL);
        }
        return true;
    }

    /** Device and inode, as the kernel's list has them. */
    private static String identity(Path file) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(file, "unix:dev,ino");
        long device = number(attributes, "dev");
        long major = ((device & 0xfff00L) >>> 8) | ((device & 0xfffff00000000000L) >>> 32);
        long minor = (device & 0xffL) | ((device & 0xffffff00000L) >>> 12);
        return "%02x:%02x:%d".formatted(major, minor, number(attributes, "ino"));
    }

    private static long number(Map<String, Object> attributes, String name) throws IOException {
        if (attributes.get(name) instanceof Number number) {
            return number.longValue();
        }
        throw new IOException("the file system tells no '" + name + "'");
    }
}

package io.nixfleet.agent.fetch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * How many files this process may have open, and has. Where connections, pipes and files compete
 * for too few, whichever comes late fails, and says nothing of the reason.
 */
public final class OpenFiles {
    /** 64 connections to a cache, three daemons with three pipes each, and some to spare. */
    private static final long NEEDED = 96;

    private static final String LIMIT = "Max open files";

    private OpenFiles() {}

    /**
     * Checks that a fetch has enough of them.
     *
     * @throws IOException when a fetch would run out of file descriptors
     */
    public static void requireEnoughForAFetch() throws IOException {
        requireEnoughForAFetch(Path.of("/proc/self"));
    }

    static void requireEnoughForAFetch(Path process) throws IOException {
        String[] words =
                Files.readAllLines(process.resolve("limits")).stream()
                        .filter(line -> line.startsWith(LIMIT))
                        .findFirst()
                        .map(line -> line.substring(LIMIT.length()).strip().split("\\s+", -1))
                        .orElse(new String[] {"unlimited"});
        if (words[0].equals("unlimited")) {
            return;
        }
        long limit = number(words[0]);
        long open;
        try (Stream<Path> files = Files.list(process.resolve("fd"))) {
            open = files.count();
        }
        if (limit - open < NEEDED) {
            throw new IOException(
                    "at most %d files may be open, and %d are: a fetch needs %d more; raise the limit (ulimit -n %d, or LimitNOFILE=%d of the systemd unit)"
                            .formatted(limit, open, NEEDED, open + NEEDED, open + NEEDED));
        }
    }

    private static long number(String word) throws IOException {
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw new IOException("the limit of open files is no number: " + word, e);
        }
    }
}

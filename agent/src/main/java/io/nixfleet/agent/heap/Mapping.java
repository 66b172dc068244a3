package io.nixfleet.agent.heap;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A mapping of this process.
 *
 * @param line what {@code /proc/self/maps} and {@code smaps} both say of it; another range, other
 *     permissions or another file would change it
 * @param start its first address
 * @param bytes how long it is
 */
record Mapping(String line, long start, long bytes) {
    private static final Pattern HEAD =
            Pattern.compile("([0-9a-f]+)-([0-9a-f]+) (\\S{4}) \\S+ \\S+ \\d+ *(.*)");

    /** Pages that are no longer the file's, in memory or swapped out. */
    private static final Pattern CHANGED = Pattern.compile("(Anonymous|Swap): +[1-9]\\d* kB");

    /**
     * Those whose pages are all mere copies of a file's, and stay where they are until the process
     * ends: of native libraries, and the part of the AOT cache that is only read. Others may be
     * unmapped at any time, and what has no copy be mapped in their place.
     *
     * @param smaps the lines of {@code /proc/self/smaps}
     */
    static List<Mapping> lastingCopies(List<String> smaps) {
        var copies = new ArrayList<Mapping>();
        boolean candidate = false;
        for (String line : smaps) {
            Matcher head = HEAD.matcher(line);
            if (head.matches()) {
                candidate = lasts(head.group(3), head.group(4));
                if (candidate) {
                    long start = Long.parseUnsignedLong(head.group(1), 16);
                    long end = Long.parseUnsignedLong(head.group(2), 16);
                    copies.add(new Mapping(line, start, end - start));
                }
            } else if (candidate && CHANGED.matcher(line).matches()) {
                copies.removeLast();
                candidate = false;
            }
        }
        return copies;
    }

    private static boolean lasts(String permissions, String path) {
        return path.startsWith("/")
                && switch (permissions) {
                    case "r-xp" -> true;
                    case "r--p" -> path.endsWith(".aot") || path.endsWith(".so");
                    default -> false;
                };
    }
}

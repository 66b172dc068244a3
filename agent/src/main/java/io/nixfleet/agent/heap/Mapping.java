package io.nixfleet.agent.heap;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A mapping of this process, as {@code /proc/self/smaps} has it.
 *
 * @param path empty if no file is mapped
 * @param anonymousKilobytes of pages that are no longer those of the file
 */
record Mapping(
        long start,
        long end,
        String permissions,
        String path,
        long residentKilobytes,
        long anonymousKilobytes) {
    private static final Pattern HEAD =
            Pattern.compile("([0-9a-f]+)-([0-9a-f]+) (\\S{4}) \\S+ \\S+ \\d+ *(.*)");
    private static final Pattern FIGURE = Pattern.compile("(\\w+): +(\\d+) kB");

    static List<Mapping> parse(List<String> lines) {
        var mappings = new ArrayList<Mapping>();
        for (String line : lines) {
            Matcher head = HEAD.matcher(line);
            Matcher figure = FIGURE.matcher(line);
            if (head.matches()) {
                mappings.add(
                        new Mapping(
                                Long.parseUnsignedLong(head.group(1), 16),
                                Long.parseUnsignedLong(head.group(2), 16),
                                head.group(3),
                                head.group(4),
                                0,
                                // Until it is known: as if all were.
                                Long.MAX_VALUE));
            } else if (figure.matches() && !mappings.isEmpty()) {
                long kilobytes = Long.parseLong(figure.group(2));
                mappings.getLast()
                        .with(figure.group(1), kilobytes)
                        .ifPresent(
                                more -> {
                                    mappings.removeLast();
                                    mappings.add(more);
                                });
            }
        }
        return mappings;
    }

    private Optional<Mapping> with(String name, long kilobytes) {
        return switch (name) {
            case "Rss" ->
                    Optional.of(
                            new Mapping(
                                    start, end, permissions, path, kilobytes, anonymousKilobytes));
            case "Anonymous" ->
                    Optional.of(
                            new Mapping(
                                    start, end, permissions, path, residentKilobytes, kilobytes));
            default -> Optional.empty();
        };
    }

    /**
     * Whether each page can be had from the file again: it is not writable, and never was. (Parts
     * of libraries were, before the dynamic linker was through with them.)
     */
    boolean onlyCopiesItsFile() {
        return path.startsWith("/")
                && !path.endsWith(" (deleted)")
                && permissions.startsWith("r")
                && permissions.charAt(1) == '-'
                && anonymousKilobytes == 0;
    }
}

package io.nixfleet.it.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What became of an agent's reports.
 *
 * @param queued how many there ever were
 * @param unsent those that were left at the end, as {@link #name} names them
 */
record Outbox(String machine, long queued, List<String> unsent) {
    Outbox {
        unsent = List.copyOf(unsent);
    }

    /** No two reports of an agent are the same in both. */
    static String name(String timestamp, String message) {
        return timestamp + " " + message.replaceAll("\\s", " ");
    }

    static List<Outbox> readAll(Path file) throws IOException {
        return Files.readAllLines(file).stream().map(Outbox::parse).toList();
    }

    private static Outbox parse(String line) {
        List<String> fields = List.of(line.split("\t", -1));
        return new Outbox(
                fields.get(0), Long.parseLong(fields.get(1)), fields.subList(2, fields.size()));
    }
}

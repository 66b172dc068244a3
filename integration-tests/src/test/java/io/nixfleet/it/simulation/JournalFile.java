package io.nixfleet.it.simulation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Reads what a control plane wrote down before it was killed. */
final class JournalFile {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JournalFile() {}

    static List<Arrival> read(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.map(JournalFile::arrival).toList();
        }
    }

    private static Arrival arrival(String line) {
        String[] words = line.split(" ", 4);
        long micros = Long.parseLong(words[0]);
        return switch (words[1]) {
            case "connected" -> new Arrival(micros, Arrival.Kind.CONNECTED, "", "");
            case "closed" -> new Arrival(micros, Arrival.Kind.CLOSED, "", "");
            case "GET" -> new Arrival(micros, Arrival.Kind.POLL, machine(words[2]), "");
            case "POST" ->
                    new Arrival(micros, Arrival.Kind.REPORT, machine(words[2]), report(words[3]));
            default -> throw new IllegalArgumentException("not of a journal: " + line);
        };
    }

    private static String machine(String target) {
        return target.split("/", -1)[4];
    }

    private static String report(String body) {
        try {
            JsonNode json = MAPPER.readTree(body);
            return Outbox.name(json.path("timestamp").asText(), json.path("message").asText());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}

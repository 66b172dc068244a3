package io.nixfleet.it.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.markup.MarkupText;
import io.nixfleet.it.report.Event.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * A recording as a file: one JSON object; times as in {@code 2026-01-01T00:00:00Z}, an event as
 * {@code [kind, time, host, text]}.
 */
final class RecordingFile {
    static final String SUFFIX = ".timeline.json";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MAX_EVENTS =
            2 * Timeline.MAX_HOSTS * Timeline.MAX_CHANGES + Timeline.MAX_MOMENTS;
    private static final long MAX_BYTES = 64L << 20;
    private static final int MAX_NAME = 60;

    private RecordingFile() {}

    static void write(Recording recording, Path directory) throws IOException {
        Files.createDirectories(directory);
        replace(
                directory.resolve(nameOf(recording.scenario())),
                MAPPER.writeValueAsBytes(json(recording)));
    }

    /** Whoever reads the file sees all of the old one or all of the new one. */
    static void replace(Path file, byte[] content) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".tmp");
        Files.write(beside, content);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Readable, and another one for every title. */
    static String nameOf(String scenario) {
        String words =
                scenario.toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9]+", "-")
                        .replaceAll("^-|-$", "");
        var sum = new CRC32();
        sum.update(scenario.getBytes(StandardCharsets.UTF_8));
        return words.substring(0, Math.min(words.length(), MAX_NAME))
                + "-"
                + HexFormat.of().toHexDigits((int) sum.getValue())
                + SUFFIX;
    }

    private static ObjectNode json(Recording recording) {
        ObjectNode root =
                MAPPER.createObjectNode()
                        .put("scenario", recording.scenario())
                        .put("says", recording.says())
                        .put("start", recording.start().toString())
                        .put("until", recording.until().toString())
                        .put("outcome", recording.outcome().word())
                        .put("leftOut", recording.leftOut());
        if (recording.outcome() instanceof Outcome.Failed(String why)) {
            root.put("failure", why);
        }
        ArrayNode hosts = root.putArray("hosts");
        recording.hosts().forEach(hosts::add);
        ArrayNode events = root.putArray("events");
        for (Event event : recording.events()) {
            events.addArray()
                    .add(event.kind().name().toLowerCase(Locale.ROOT))
                    .add(event.at().toString())
                    .add(event.host())
                    .add(event.text());
        }
        return root;
    }

    /**
     * Reads a file that anybody may have written.
     *
     * @throws IOException if it is not a whole recording; the message says what is wrong with it
     */
    static Recording read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("it is not a file");
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("it is larger than " + MAX_BYTES + " bytes");
        }
        JsonNode root = json(Files.readAllBytes(file));
        var hosts = new ArrayList<String>();
        for (JsonNode host : list(root, "hosts", Timeline.MAX_HOSTS)) {
            hosts.add(text(host, "a host"));
        }
        var events = new ArrayList<Event>();
        for (JsonNode event : list(root, "events", MAX_EVENTS)) {
            events.add(event(event));
        }
        return new Recording(
                text(root.path("scenario"), "scenario"),
                text(root.path("says"), "says"),
                time(root.path("start"), "start"),
                time(root.path("until"), "until"),
                outcome(root),
                hosts,
                events,
                root.path("leftOut").asLong());
    }

    private static JsonNode json(byte[] content) throws IOException {
        try {
            JsonNode root = MAPPER.readTree(content);
            if (!root.isObject()) {
                throw new IOException("it is no JSON object");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw new IOException("it is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static Outcome outcome(JsonNode root) throws IOException {
        String word = text(root.path("outcome"), "outcome");
        return switch (word) {
            case "passed" -> new Outcome.Passed();
            case "failed" -> new Outcome.Failed(text(root.path("failure"), "failure"));
            case "unfinished" -> new Outcome.Unfinished();
            default -> throw new IOException("there is no outcome \"" + word + "\"");
        };
    }

    private static Event event(JsonNode event) throws IOException {
        String word = text(event.path(0), "the kind of an event");
        for (Kind kind : Kind.values()) {
            if (kind.name().toLowerCase(Locale.ROOT).equals(word)) {
                return new Event(
                        kind,
                        time(event.path(1), "the time of an event"),
                        text(event.path(2), "the host of an event"),
                        text(event.path(3), "the text of an event"));
            }
        }
        throw new IOException("there is no kind of event \"" + word + "\"");
    }

    private static Iterable<JsonNode> list(JsonNode root, String name, int limit)
            throws IOException {
        JsonNode list = root.path(name);
        if (!list.isArray()) {
            throw new IOException(name + " is not a list");
        }
        if (list.size() > limit) {
            throw new IOException(name + " has more than " + limit + " members");
        }
        return list;
    }

    private static String text(JsonNode node, String what) throws IOException {
        if (!node.isTextual()) {
            throw new IOException(what + " is not a text");
        }
        return MarkupText.clean(node.textValue(), Timeline.MAX_FAILURE);
    }

    private static Instant time(JsonNode node, String what) throws IOException {
        Instant time;
        try {
            time = Instant.parse(text(node, what));
        } catch (DateTimeException e) {
            throw new IOException(what + " is not a time: " + node.textValue(), e);
        }
        if (time.isBefore(Timeline.EARLIEST) || time.isAfter(Timeline.LATEST)) {
            throw new IOException(what + " is out of range: " + time);
        }
        return time;
    }

    /** Those in a folder, by name; none if there is no folder. */
    static List<Path> in(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        }
    }
}

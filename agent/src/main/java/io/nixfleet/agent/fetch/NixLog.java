package io.nixfleet.agent.fetch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.substituter.fetch.FetchEvent;
import io.nixfleet.substituter.fetch.FetchListener;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Reads what a Nix command prints with {@code --log-format internal-json}: an object a line, of
 * activities that start, tell how far they are, and stop, and of messages. What it cannot read it
 * takes for a message. Safe for several threads.
 */
final class NixLog implements Consumer<String> {
    private static final String PREFIX = "@nix ";
    private static final int COPY_PATH = 100;
    private static final int FILE_TRANSFER = 101;

    /** All copies together: how many are done, to come, under way, and have failed. */
    private static final int COPY_PATHS = 103;

    private static final int PROGRESS = 105;
    private static final int ERROR_LEVEL = 0;
    private static final int WARNING_LEVEL = 1;
    private static final int NOTICE_LEVEL = 2;
    private static final int ERRORS_KEPT = 50;
    private static final int ACTIVITIES_KEPT = 10_000;
    private static final int LONGEST_MESSAGE = 2000;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern COLOURS = Pattern.compile("\u001b\\[[0-9;]*m");
    private static final Pattern LOGIN = Pattern.compile("(?<=://)[^/@\\s'\"]+@");
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cntrl}\\s]+");

    private static final Set<Integer> FOLLOWED = Set.of(COPY_PATH, FILE_TRANSFER, COPY_PATHS);

    private static final class Activity {
        private final int type;
        private long done;
        private long expected;
        private long failed;

        Activity(int type) {
            this.type = type;
        }
    }

    private final String by;
    private final FetchListener listener;
    private final Map<Long, Activity> activities = new HashMap<>();

    /** What copies that have stopped had not told of: Nix often keeps the last bytes to itself. */
    private final ArrayDeque<Long> untold = new ArrayDeque<>();

    private final ArrayDeque<String> errors = new ArrayDeque<>();

    /**
     * @param by whose output it is, as events name it
     */
    NixLog(String by, FetchListener listener) {
        this.by = by;
        this.listener = listener;
    }

    @Override
    public void accept(String line) {
        if (!line.startsWith(PREFIX)) {
            message(line.startsWith("error:") ? ERROR_LEVEL : NOTICE_LEVEL + 1, line);
            return;
        }
        JsonNode event;
        try {
            event = JSON.readTree(line.substring(PREFIX.length()));
        } catch (JsonProcessingException _) {
            message(NOTICE_LEVEL, line);
            return;
        }
        switch (event.path("action").asText()) {
            case "start" -> start(event);
            case "result" -> result(event);
            case "stop" -> stop(event);
            case "msg" -> message(event.path("level").asInt(), event.path("msg").asText());
            default -> {
                // A later Nix may tell more.
            }
        }
    }

    private synchronized void start(JsonNode event) {
        int type = event.path("type").asInt();
        if (FOLLOWED.contains(type) && activities.size() < ACTIVITIES_KEPT) {
            activities.put(event.path("id").asLong(), new Activity(type));
        }
        if (type == COPY_PATH) {
            message(NOTICE_LEVEL, event.path("text").asText());
        }
    }

    private synchronized void result(JsonNode event) {
        Activity activity = activities.get(event.path("id").asLong());
        if (activity == null || event.path("type").asInt() != PROGRESS) {
            return;
        }
        JsonNode fields = event.path("fields");
        long more = Math.max(0, fields.path(0).asLong() - activity.done);
        activity.done += more;
        activity.expected = fields.path(1).asLong();
        if (activity.type == COPY_PATHS) {
            long failures = Math.max(0, fields.path(3).asLong() - activity.failed);
            activity.failed += failures;
            copied((int) Math.min(more, ACTIVITIES_KEPT), failures);
        } else if (more > 0) {
            boolean copy = activity.type == COPY_PATH;
            tell(0, copy ? 0 : more, copy ? more : 0);
        }
    }

    /** Copies came to an end, so many of them well. */
    private void copied(int paths, long failures) {
        for (int i = 0; i < paths; i++) {
            tell(1, 0, untold.isEmpty() ? 0 : untold.removeFirst());
        }
        for (long i = 0; i < failures && !untold.isEmpty(); i++) {
            untold.removeFirst();
        }
    }

    private synchronized void stop(JsonNode event) {
        Activity activity = activities.remove(event.path("id").asLong());
        if (activity != null && activity.type == COPY_PATH && untold.size() < ACTIVITIES_KEPT) {
            untold.addLast(Math.max(0, activity.expected - activity.done));
        }
    }

    private void tell(int paths, long received, long unpacked) {
        listener.on(new FetchEvent.FallbackProgress(by, paths, received, unpacked));
    }

    private void message(int level, String raw) {
        if (level > NOTICE_LEVEL) {
            return;
        }
        String text = COLOURS.matcher(raw).replaceAll("");
        text = LOGIN.matcher(text).replaceAll("");
        text = CONTROLS.matcher(text).replaceAll(" ").strip();
        if (text.length() > LONGEST_MESSAGE) {
            text = text.substring(0, LONGEST_MESSAGE) + "…";
        }
        if (text.isEmpty()) {
            return;
        }
        if (level == ERROR_LEVEL && !text.startsWith("warning:")) {
            error(text.startsWith("error:") ? text.substring("error:".length()).strip() : text);
        }
        listener.on(new FetchEvent.FallbackOutput(by, text, level <= WARNING_LEVEL));
    }

    /** Keeps a message among the errors; the oldest give way. */
    synchronized void error(String text) {
        if (errors.size() == ERRORS_KEPT) {
            errors.removeFirst();
        }
        errors.addLast(text);
    }

    /** What went wrong, oldest first. */
    synchronized List<String> errors() {
        return List.copyOf(errors);
    }
}

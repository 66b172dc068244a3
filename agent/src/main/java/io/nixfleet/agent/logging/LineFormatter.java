package io.nixfleet.agent.logging;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/** One event, one line. */
final class LineFormatter extends Formatter {
    // Together below 48 KiB of UTF-8, where journald would cut a line in two, escapes included.
    private static final int MAX_MESSAGE = 8 << 10;
    private static final int MAX_ERROR = 2 << 10;
    private static final int MAX_STACK = 4 << 10;

    private final LogFormat format;
    private final boolean withStack;
    private final DateTimeFormatter clock;

    LineFormatter(LogFormat format, boolean withStack, ZoneId zone) {
        this.format = format;
        this.withStack = withStack;
        clock = DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(zone);
    }

    @Override
    public String format(LogRecord entry) {
        LogEvent event = LogEvent.of(entry, this, withStack);
        return switch (format) {
            case JSON -> json(event);
            case PLAIN -> plain(event);
        };
    }

    private static String json(LogEvent event) {
        var line = new StringBuilder(256);
        line.append("{\"time\":\"").append(event.time().truncatedTo(ChronoUnit.MICROS)).append('"');
        field(line, "level", event.level(), MAX_ERROR);
        field(line, "logger", event.logger(), MAX_ERROR);
        field(line, "message", event.message(), MAX_MESSAGE);
        event.deployment().ifPresent(id -> field(line, "deployment", id, MAX_ERROR));
        event.error().ifPresent(error -> field(line, "error", error, MAX_ERROR));
        event.stack().ifPresent(stack -> field(line, "stack", stack, MAX_STACK));
        return line.append("}\n").toString();
    }

    private static void field(StringBuilder line, String name, String value, int bound) {
        line.append(",\"").append(name).append("\":\"");
        line.append(LineText.json(value, bound)).append('"');
    }

    private String plain(LogEvent event) {
        var line = new StringBuilder(256);
        line.append(clock.format(event.time())).append(' ');
        line.append("%-5s ".formatted(event.level()));
        line.append(LineText.plain(event.logger(), MAX_ERROR)).append(": ");
        line.append(LineText.plain(event.message(), MAX_MESSAGE));
        labelled(line, "deployment", event.deployment(), MAX_ERROR);
        labelled(line, "error", event.error(), MAX_ERROR);
        labelled(line, "stack", event.stack(), MAX_STACK);
        return line.append('\n').toString();
    }

    private static void labelled(
            StringBuilder line, String name, Optional<String> value, int bound) {
        value.ifPresent(
                text ->
                        line.append(' ')
                                .append(name)
                                .append('=')
                                .append(LineText.plain(text, bound)));
    }
}

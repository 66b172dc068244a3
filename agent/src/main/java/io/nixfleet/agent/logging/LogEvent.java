package io.nixfleet.agent.logging;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.Optional;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * What one line of the log says.
 *
 * @param level as SLF4J calls it, in small letters
 * @param logger the last part of its name
 * @param error class and message of the exception and its causes
 * @param stack only when debugging
 */
record LogEvent(
        Instant time,
        String level,
        String logger,
        String message,
        Optional<String> deployment,
        Optional<String> error,
        Optional<String> stack) {
    private static final int MAX_CAUSES = 5;

    static LogEvent of(LogRecord entry, Formatter messages, boolean withStack) {
        Optional<Throwable> thrown = Optional.ofNullable(entry.getThrown());
        return new LogEvent(
                entry.getInstant(),
                level(entry.getLevel()),
                shortName(entry.getLoggerName()),
                messages.formatMessage(entry),
                DeploymentScope.current(),
                thrown.map(LogEvent::error),
                withStack ? thrown.map(LogEvent::stack) : Optional.empty());
    }

    private static String level(Level level) {
        int value = level.intValue();
        if (value >= Level.SEVERE.intValue()) {
            return "error";
        }
        if (value >= Level.WARNING.intValue()) {
            return "warn";
        }
        if (value >= Level.INFO.intValue()) {
            return "info";
        }
        return value >= Level.FINE.intValue() ? "debug" : "trace";
    }

    private static String shortName(@Nullable String logger) {
        return logger == null || logger.isEmpty()
                ? "root"
                : logger.substring(logger.lastIndexOf('.') + 1);
    }

    private static String error(Throwable thrown) {
        var text = new StringBuilder(thrown.toString());
        Throwable cause = thrown.getCause();
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            text.append("; caused by ").append(cause);
            cause = cause.getCause();
        }
        return text.toString();
    }

    private static String stack(Throwable thrown) {
        var text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}

package io.nixfleet.agent.logging;

import java.io.PrintStream;
import java.util.logging.Handler;
import java.util.logging.LogRecord;

/** Writes each event at once, whole: lines of several threads never mix. */
final class LineHandler extends Handler {
    private final PrintStream out;

    LineHandler(PrintStream out, LineFormatter formatter) {
        this.out = out;
        setFormatter(formatter);
    }

    @Override
    public void publish(LogRecord entry) {
        if (isLoggable(entry)) {
            String line = getFormatter().format(entry);
            synchronized (out) {
                out.print(line);
                out.flush();
            }
        }
    }

    @Override
    public void flush() {
        out.flush();
    }

    /** The stream is not ours to close. */
    @Override
    public void close() {
        flush();
    }
}

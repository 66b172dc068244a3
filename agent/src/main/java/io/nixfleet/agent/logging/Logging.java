package io.nixfleet.agent.logging;

import java.io.PrintStream;
import java.time.ZoneId;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Logger;
import org.slf4j.event.Level;

/** How the program logs. */
public final class Logging {
    static {
        // Before any logger is made: java.util.logging reads it once.
        System.setProperty("java.util.logging.manager", LastingLogManager.class.getName());
    }

    /**
     * What these libraries would log reaches us as exceptions; kept here, or the levels are lost.
     */
    private static final List<Logger> SILENCED =
            List.of(Logger.getLogger("io.vertx"), Logger.getLogger("io.netty"));

    private static final Logger OURS = Logger.getLogger("io.nixfleet");
    private static final Logger ROOT = Logger.getLogger("");

    private Logging() {}

    /** The first thing a program does: until {@link #configure}, warnings go to standard error. */
    public static void silenceLibraries() {
        SILENCED.forEach(logger -> logger.setLevel(java.util.logging.Level.OFF));
        use(Level.WARN, LogFormat.PLAIN, System.err);
    }

    /**
     * From now on events of the agent at a level and above become lines of a stream, those of other
     * libraries from {@link Level#WARN}. Stacks of exceptions are shown from {@link Level#DEBUG}.
     */
    public static void configure(Level level, LogFormat format, PrintStream out) {
        SILENCED.forEach(logger -> logger.setLevel(java.util.logging.Level.OFF));
        use(level, format, out);
    }

    private static void use(Level level, LogFormat format, PrintStream out) {
        boolean withStack = level.compareTo(Level.DEBUG) >= 0;
        var handler =
                new LineHandler(out, new LineFormatter(format, withStack, ZoneId.systemDefault()));
        handler.setLevel(java.util.logging.Level.ALL);
        for (Handler former : ROOT.getHandlers()) {
            ROOT.removeHandler(former);
        }
        ROOT.addHandler(handler);
        ROOT.setLevel(julLevel(level == Level.ERROR ? level : Level.WARN));
        OURS.setLevel(julLevel(level));
    }

    private static java.util.logging.Level julLevel(Level level) {
        return switch (level) {
            case ERROR -> java.util.logging.Level.SEVERE;
            case WARN -> java.util.logging.Level.WARNING;
            case INFO -> java.util.logging.Level.INFO;
            case DEBUG -> java.util.logging.Level.FINE;
            case TRACE -> java.util.logging.Level.FINEST;
        };
    }
}

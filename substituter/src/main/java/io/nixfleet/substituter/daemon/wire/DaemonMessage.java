package io.nixfleet.substituter.daemon.wire;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One of the messages that come ahead of every reply ("STDERR messages" in Nix's source). Texts are
 * bounded and free of terminal escapes.
 */
public sealed interface DaemonMessage {
    /** A line of log. */
    record Log(String line) implements DaemonMessage {}

    /** The daemon wants at most {@code max} bytes of an import; only before protocol 1.23. */
    record WantsData(long max) implements DaemonMessage {}

    /** Data of an export; only before protocol 1.17. */
    record Data() implements DaemonMessage {}

    /** All is well and the reply follows. */
    record Done() implements DaemonMessage {}

    /** The operation failed; no reply follows. */
    record Failed(DaemonError error) implements DaemonMessage {}

    /** Something that takes a while began. */
    record ActivityStarted(
            long id, long level, long type, String text, List<Field> fields, long parent)
            implements DaemonMessage {
        public ActivityStarted {
            fields = List.copyOf(fields);
        }
    }

    /** It ended. */
    record ActivityStopped(long id) implements DaemonMessage {}

    /** It progressed. */
    record ActivityResult(long id, long type, List<Field> fields) implements DaemonMessage {
        public ActivityResult {
            fields = List.copyOf(fields);
        }
    }

    /** A detail of an activity or result. */
    sealed interface Field {
        record Count(long value) implements Field {}

        record Label(String value) implements Field {}
    }

    /** Reads one message. */
    static DaemonMessage read(WireReader in, ProtocolVersion version) throws IOException {
        long tag = in.u64("a message");
        if (tag == Tag.NEXT) {
            return new Log(logText(in, "a log line"));
        } else if (tag == Tag.READ) {
            return new WantsData(in.integer("the number of bytes wanted", Long.MAX_VALUE));
        } else if (tag == Tag.WRITE) {
            in.text("exported data", 0);
            return new Data();
        } else if (tag == Tag.LAST) {
            return new Done();
        } else if (tag == Tag.ERROR) {
            return new Failed(version.atLeast(1, 26) ? structuredError(in) : errorWithStatus(in));
        } else if (tag == Tag.START_ACTIVITY) {
            return new ActivityStarted(
                    in.u64("an activity"),
                    in.u64("an activity's level"),
                    in.u64("an activity's type"),
                    logText(in, "an activity's text"),
                    fields(in),
                    in.u64("an activity's parent"));
        } else if (tag == Tag.STOP_ACTIVITY) {
            return new ActivityStopped(in.u64("an activity"));
        } else if (tag == Tag.RESULT) {
            return new ActivityResult(in.u64("an activity"), in.u64("a result's type"), fields(in));
        }
        throw new WireFormatException("0x%x is not the tag of any message".formatted(tag));
    }

    private static String logText(WireReader in, String what) throws IOException {
        return PlainText.of(in.text(what, Limits.LOG_BYTES));
    }

    private static List<Field> fields(WireReader in) throws IOException {
        int count = in.count("fields", Limits.FIELDS);
        var fields = new ArrayList<Field>(count);
        for (int i = 0; i < count; i++) {
            fields.add(
                    in.integer("a field's type", 1) == 0
                            ? new Field.Count(in.u64("a field"))
                            : new Field.Label(logText(in, "a field")));
        }
        return fields;
    }

    private static DaemonError structuredError(WireReader in) throws IOException {
        in.text("an error's type", 0);
        in.u64("an error's level");
        in.text("an error's name", 0);
        String message = PlainText.of(in.text("an error message", Limits.ERROR_BYTES));
        noPosition(in);
        int count = in.count("an error's traces", Limits.TRACES);
        var traces = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            noPosition(in);
            String trace = logText(in, "an error's trace");
            if (i < Limits.KEPT_TRACES) {
                traces.add(trace);
            }
        }
        return new DaemonError(message, traces);
    }

    private static void noPosition(WireReader in) throws IOException {
        in.integer("the mark for an error's position", 0);
    }

    private static DaemonError errorWithStatus(WireReader in) throws IOException {
        String message = PlainText.of(in.text("an error message", Limits.ERROR_BYTES));
        in.u64("an error's status");
        return new DaemonError(message, List.of());
    }

    /** The tags, which spell out their names in ASCII. */
    final class Tag {
        public static final long NEXT = 0x6f6c6d67;
        public static final long READ = 0x64617461;
        public static final long WRITE = 0x64617416;
        public static final long LAST = 0x616c7473;
        public static final long ERROR = 0x63787470;
        public static final long START_ACTIVITY = 0x53545254;
        public static final long STOP_ACTIVITY = 0x53544f50;
        public static final long RESULT = 0x52534c54;

        private Tag() {}
    }

    /** How much of what a daemon says is kept, or can be at all. */
    final class Limits {
        static final int LOG_BYTES = 2048;
        static final int ERROR_BYTES = 16 * 1024;
        static final int FIELDS = 1024;
        static final int TRACES = 10_000;
        static final int KEPT_TRACES = 10;

        private Limits() {}
    }
}

package io.nixfleet.agent.process;

import java.io.IOException;
import java.time.Duration;

/** A child took longer than it may, or was silent for longer. It and its descendants were ended. */
public final class CommandTimeoutException extends IOException {
    private static final long serialVersionUID = 1;

    private final Duration limit;
    private final String stdout;
    private final String stderr;

    private CommandTimeoutException(String what, Duration limit, String stdout, String stderr) {
        super(what);
        this.limit = limit;
        this.stdout = stdout;
        this.stderr = stderr;
    }

    static CommandTimeoutException tooLong(
            String program, Duration limit, String stdout, String stderr) {
        return new CommandTimeoutException(
                "%s did not end within %s".formatted(program, words(limit)), limit, stdout, stderr);
    }

    static CommandTimeoutException silent(
            String program, Duration silence, String stdout, String stderr) {
        return new CommandTimeoutException(
                "%s was ended since it printed nothing for %s".formatted(program, words(silence)),
                silence,
                stdout,
                stderr);
    }

    public Duration limit() {
        return limit;
    }

    /** What it had printed until then. */
    public String stdout() {
        return stdout;
    }

    /** What it had complained until then. */
    public String stderr() {
        return stderr;
    }

    private static String words(Duration limit) {
        return limit.toMillis() % 1000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
    }
}

package io.nixfleet.agent.process;

import java.io.IOException;
import java.time.Duration;

/** A child took longer than it may. It and its descendants were ended. */
public final class CommandTimeoutException extends IOException {
    private static final long serialVersionUID = 1;

    private final Duration limit;
    private final String stdout;
    private final String stderr;

    CommandTimeoutException(String program, Duration limit, String stdout, String stderr) {
        super("%s did not end within %s".formatted(program, words(limit)));
        this.limit = limit;
        this.stdout = stdout;
        this.stderr = stderr;
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

package io.nixfleet.agent.cli;

import io.nixfleet.agent.console.UsageException;
import java.util.Locale;
import org.slf4j.event.Level;
import picocli.CommandLine.Option;

/** What the daemon says. */
final class LogFlags {
    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "${env:NIXFLEET_LOG_LEVEL:-info}",
            description =
                    "error, warn, info or debug. Variable: NIXFLEET_LOG_LEVEL. Default: info.")
    private String level = "info";

    Level level() {
        return switch (level.strip().toLowerCase(Locale.ROOT)) {
            case "error" -> Level.ERROR;
            case "warn" -> Level.WARN;
            case "info", "" -> Level.INFO;
            case "debug" -> Level.DEBUG;
            default ->
                    throw new UsageException(
                            "--log-level is error, warn, info or debug, not '%s'".formatted(level));
        };
    }
}

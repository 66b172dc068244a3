package io.nixfleet.it.host;

import io.nixfleet.it.nix.Commands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The Docker images of hosts, by their names. Each is made the first time that it is asked for,
 * which takes seconds, and minutes if there is none at all yet; a failure says what to do.
 */
public final class Images {
    /** Besides what it makes itself, it may wait for another run to end doing so. */
    private static final Duration LIMIT = Duration.ofMinutes(20);

    private static final int TOLD_LINES = 20;
    private static final ConcurrentMap<List<String>, String> MADE = new ConcurrentHashMap<>();

    private Images() {}

    /** A host with Nix 2.8. */
    public static String host() {
        return host(NixVersion.NIX_2_8);
    }

    /**
     * systemd as init, Nix with its daemon, and the agent's package in {@code /opt/nixfleet-agent}.
     */
    public static String host(NixVersion version) {
        return made("host", setting("nixfleet.package.dir"), version.series());
    }

    /**
     * As a host without an agent; nginx serves {@code /srv/cache} at port 80 by what {@code
     * /etc/nginx/cache.d/*.conf} say, and logs to {@code /var/log/nginx/access.log}.
     */
    public static String cache() {
        return made("cache");
    }

    /**
     * A {@link io.nixfleet.testing.controlplane.ScriptedControlPlane} at port 8080, its
     * administration at 8081. By plain HTTP, unless there are files in {@code /tls}; its command is
     * more options.
     */
    public static String controlPlane() {
        return made("control-plane", System.getProperty("java.home"), setting("java.class.path"));
    }

    private static String made(String kind, String... arguments) {
        var command = new ArrayList<String>();
        command.add(kind);
        command.add(setting("nixfleet.roots.dir"));
        command.addAll(List.of(arguments));
        return MADE.computeIfAbsent(List.copyOf(command), Images::make);
    }

    private static String make(List<String> arguments) {
        Path script = Path.of(setting("nixfleet.images.script"));
        if (!Files.isRegularFile(script)) {
            throw new IllegalStateException("nixfleet.images.script is no file: " + script);
        }
        var command = new ArrayList<String>();
        // In our process group, where Ctrl-C reaches it.
        command.addAll(
                List.of(
                        "timeout",
                        "--foreground",
                        "--kill-after=30",
                        String.valueOf(LIMIT.toSeconds()),
                        "bash",
                        script.toString()));
        command.addAll(arguments);
        Commands.Outcome outcome = Commands.tryRun(command);
        if (outcome.exitCode() != 0) {
            throw new IllegalStateException(
                    "images.sh %s ended with %d (it had %s):\n%s"
                            .formatted(
                                    arguments.getFirst(),
                                    outcome.exitCode(),
                                    LIMIT,
                                    end(outcome.stderr())));
        }
        return outcome.stdout().strip();
    }

    private static String end(String text) {
        List<String> lines = text.lines().toList();
        return String.join(
                "\n", lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size()));
    }

    private static String setting(String property) {
        String value = System.getProperty(property, "");
        if (value.isEmpty()) {
            throw new IllegalStateException(
                    "%s is not set; integration-tests/pom.xml sets it".formatted(property));
        }
        return value;
    }
}

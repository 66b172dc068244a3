package io.nixfleet.agent.cli;

import io.nixfleet.agent.config.AgentSettings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The daemon's options, spelled as the units in the field have them. */
final class RunOptions {
    private static final Duration LONGEST = Duration.ofDays(1);

    @Option(
            names = "--control-plane-url",
            paramLabel = "URL",
            defaultValue = "${env:NIXFLEET_CONTROL_PLANE_URL}",
            description = "The control plane. NIXFLEET_CONTROL_PLANE_URL. Required.")
    private @Nullable URI controlPlane;

    @Option(
            names = "--machine-id",
            paramLabel = "ID",
            defaultValue = "${env:NIXFLEET_MACHINE_ID}",
            description =
                    "This host's name there: the CN of its certificate. NIXFLEET_MACHINE_ID."
                            + " Required.")
    private @Nullable String machineId;

    @Option(
            names = "--poll-interval",
            paramLabel = "SECONDS",
            defaultValue = "${env:NIXFLEET_POLL_INTERVAL:-60}",
            description = "Between polls. NIXFLEET_POLL_INTERVAL. Default: 60.")
    private long pollInterval;

    @Option(
            names = "--retry-interval",
            paramLabel = "SECONDS",
            defaultValue = "${env:NIXFLEET_RETRY_INTERVAL:-30}",
            description =
                    "To the next poll after a failed one, at first. NIXFLEET_RETRY_INTERVAL."
                            + " Default: 30.")
    private long retryInterval;

    @Option(
            names = "--cache-url",
            paramLabel = "URL",
            defaultValue = "${env:NIXFLEET_CACHE_URL}",
            description = "The cache of deployments that name none. NIXFLEET_CACHE_URL.")
    private @Nullable URI cacheUrl;

    @Option(
            names = "--trusted-public-key",
            paramLabel = "NAME:KEY",
            description = "Trust this key, too, besides those of nix.conf. Repeatable.")
    private List<String> trustedPublicKeys = new ArrayList<>();

    @Option(
            names = "--netrc-file",
            paramLabel = "FILE",
            description = "Logins for caches, in place of nix.conf's netrc-file.")
    private @Nullable Path netrc;

    @Mixin private CacheFlags access = new CacheFlags();
    @Mixin private ExtraCacheFlags extraCaches = new ExtraCacheFlags();

    @Option(
            names = "--store",
            paramLabel = "STORE",
            defaultValue = "auto",
            description = "As of `fetch`. Default: auto.")
    private String store = "auto";

    @Option(
            names = "--db-path",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_DB_PATH:-/var/lib/nixfleet/state.db}",
            description =
                    "The agent's state. NIXFLEET_DB_PATH. Default: /var/lib/nixfleet/state.db.")
    private Path database = Path.of("/var/lib/nixfleet/state.db");

    @Option(names = "--dry-run", description = "Fetch and report, but never apply.")
    private boolean dryRun;

    @Option(
            names = "--allow-insecure",
            defaultValue = "${env:NIXFLEET_ALLOW_INSECURE:-false}",
            fallbackValue = "true",
            arity = "0..1",
            description = "Allow a control plane over http://, for tests. NIXFLEET_ALLOW_INSECURE.")
    private boolean allowInsecure;

    @Option(
            names = "--ca-cert",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_CA_CERT}",
            description = "Certificate authorities in PEM, besides the system's. NIXFLEET_CA_CERT.")
    private @Nullable Path caCert;

    @Option(
            names = "--client-cert",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_CLIENT_CERT}",
            description = "This host's certificate in PEM. NIXFLEET_CLIENT_CERT.")
    private @Nullable Path clientCert;

    @Option(
            names = "--client-key",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_CLIENT_KEY}",
            description = "Its key in PEM. NIXFLEET_CLIENT_KEY.")
    private @Nullable Path clientKey;

    @Option(
            names = "--health-config",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_HEALTH_CONFIG:-/etc/nixfleet/health-checks.json}",
            description =
                    "Health checks. NIXFLEET_HEALTH_CONFIG. Default:"
                            + " /etc/nixfleet/health-checks.json.")
    private Path healthConfig = Path.of("/etc/nixfleet/health-checks.json");

    @Option(
            names = "--health-interval",
            paramLabel = "SECONDS",
            defaultValue = "${env:NIXFLEET_HEALTH_INTERVAL:-60}",
            description = "Between health reports. NIXFLEET_HEALTH_INTERVAL. Default: 60.")
    private long healthInterval;

    @Option(
            names = "--tags",
            split = ",",
            paramLabel = "TAG",
            defaultValue = "${env:NIXFLEET_TAGS}",
            description = "This host's tags, parted by commas. NIXFLEET_TAGS.")
    private List<String> tags = new ArrayList<>();

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            defaultValue = "${env:NIXFLEET_METRICS_PORT}",
            description =
                    "Serve /metrics, /healthz, /readyz and /v1/status there."
                            + " NIXFLEET_METRICS_PORT. Default: off.")
    private @Nullable Integer metricsPort;

    @Option(
            names = "--settle-time",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "From a switch to the first health checks. Default: 5.")
    private long settle;

    @Option(
            names = "--verify-timeout",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description =
                    "How long health checks may fail before the system is rolled back. Default:"
                            + " 120.")
    private long verify;

    @Option(
            names = "--confirm-timeout",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description =
                    "Roll back unless the control plane answers within this time after a switch."
                            + " Default: 0, off.")
    private long confirm;

    @Option(
            names = "--tolerate-failed-units",
            description =
                    "Go on to the health checks when a switch says that some units failed (exit"
                            + " code 4), instead of rolling back.")
    private boolean tolerateFailedUnits;

    @Option(
            names = "--boot-floor",
            paramLabel = "MB",
            defaultValue = "16",
            description = "Refuse to deploy when /boot has less room. Default: 16.")
    private long bootFloor;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "Take pushed deployments there, over HTTPS with client certificates.")
    private @Nullable String listen;

    @Option(
            names = "--listen-allow",
            split = ",",
            paramLabel = "NAME",
            description = "Certificate names (CN or DNS name) that may push. Repeatable.")
    private List<String> listenAllow = new ArrayList<>();

    @Option(
            names = "--listen-cert",
            paramLabel = "FILE",
            description = "The listener's certificate. Default: --client-cert.")
    private @Nullable Path listenCert;

    @Option(
            names = "--listen-key",
            paramLabel = "FILE",
            description = "Its key. Default: --client-key.")
    private @Nullable Path listenKey;

    @Option(
            names = "--socket",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_SOCKET:-/run/nixfleet-agent/control.sock}",
            description =
                    "Where the local commands reach the agent. NIXFLEET_SOCKET. Default:"
                            + " /run/nixfleet-agent/control.sock.")
    private Path socket = Path.of("/run/nixfleet-agent/control.sock");

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "${env:NIXFLEET_LOG_LEVEL:-info}",
            description = "error, warn, info or debug. NIXFLEET_LOG_LEVEL. Default: info.")
    private String logLevel = "info";

    /**
     * The settings that these options make.
     *
     * @throws UsageException naming the first option that is of no use
     */
    AgentSettings settings() {
        return new AgentSettings(
                checkedControlPlane(),
                checkedMachineId(),
                new AgentSettings.Polling(
                        seconds("--poll-interval", pollInterval, 1),
                        seconds("--retry-interval", retryInterval, 1)),
                new AgentSettings.Reporting(
                        seconds("--health-interval", healthInterval, 1), cleanTags()),
                Optional.ofNullable(cacheUrl),
                trustedPublicKeys,
                Optional.ofNullable(netrc).map(file -> readable("--netrc-file", file)),
                CacheFlags.checked(
                        access.settings(extraCaches.urls(), allowInsecure),
                        Optional.ofNullable(cacheUrl).stream().toList()),
                store,
                database,
                dryRun,
                allowInsecure,
                tls(),
                healthConfig,
                new AgentSettings.Applying(
                        tolerateFailedUnits,
                        seconds("--settle-time", settle, 0),
                        seconds("--verify-timeout", verify, 1),
                        confirm == 0
                                ? Optional.empty()
                                : Optional.of(seconds("--confirm-timeout", confirm, 1)),
                        notNegative("--boot-floor", bootFloor) * 1_000_000),
                checkedMetricsPort(),
                push(),
                socket);
    }

    Level logLevel() {
        return switch (logLevel.toLowerCase(Locale.ROOT)) {
            case "error" -> Level.ERROR;
            case "warn" -> Level.WARN;
            case "info" -> Level.INFO;
            case "debug" -> Level.DEBUG;
            default ->
                    throw new UsageException(
                            "--log-level is error, warn, info or debug, not '%s'"
                                    .formatted(logLevel));
        };
    }

    private URI checkedControlPlane() {
        URI url = controlPlane;
        if (url == null || url.toString().isEmpty()) {
            throw new UsageException(
                    "--control-plane-url (or NIXFLEET_CONTROL_PLANE_URL) is required");
        }
        String scheme = String.valueOf(url.getScheme());
        if (url.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
            throw new UsageException(
                    "--control-plane-url is an https:// URL, not '%s'".formatted(url));
        }
        if (scheme.equals("http") && !allowInsecure) {
            throw new UsageException(
                    "--control-plane-url is http://, over which anybody could tell this host what"
                            + " to run; use https://, or --allow-insecure for a test");
        }
        return url;
    }

    private String checkedMachineId() {
        String id = machineId;
        if (id == null || id.isBlank()) {
            throw new UsageException("--machine-id (or NIXFLEET_MACHINE_ID) is required");
        }
        if (id.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > 128) {
            throw new UsageException("--machine-id has more than the 128 bytes that are allowed");
        }
        return id;
    }

    private List<String> cleanTags() {
        return tags.stream().map(String::strip).filter(tag -> !tag.isEmpty()).toList();
    }

    private AgentSettings.Tls tls() {
        if ((clientCert == null) != (clientKey == null)) {
            throw new UsageException(
                    "--client-cert and --client-key come together: %s is missing"
                            .formatted(clientCert == null ? "--client-cert" : "--client-key"));
        }
        return new AgentSettings.Tls(
                Optional.ofNullable(caCert).map(file -> readable("--ca-cert", file)),
                Optional.ofNullable(clientCert).map(file -> readable("--client-cert", file)),
                Optional.ofNullable(clientKey).map(file -> readable("--client-key", file)));
    }

    private OptionalInt checkedMetricsPort() {
        Integer port = metricsPort;
        if (port == null) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(port("--metrics-port", port));
    }

    private Optional<AgentSettings.Push> push() {
        String address = listen;
        if (address == null) {
            if (!listenAllow.isEmpty() || listenCert != null || listenKey != null) {
                throw new UsageException(
                        "--listen-allow, --listen-cert and --listen-key go with --listen");
            }
            return Optional.empty();
        }
        int colon = address.lastIndexOf(':');
        if (colon < 0) {
            throw new UsageException("--listen is HOST:PORT, not '%s'".formatted(address));
        }
        String host = address.substring(0, colon).replaceAll("^\\[|\\]$", "");
        int port;
        try {
            port = Integer.parseInt(address.substring(colon + 1));
        } catch (NumberFormatException e) {
            throw new UsageException("--listen is HOST:PORT, not '%s'".formatted(address), e);
        }
        if (listenAllow.isEmpty()) {
            throw new UsageException("--listen needs --listen-allow: who may deploy to this host?");
        }
        if ((listenCert == null) != (listenKey == null)) {
            throw new UsageException("--listen-cert and --listen-key come together");
        }
        return Optional.of(
                new AgentSettings.Push(
                        host.isEmpty() ? "0.0.0.0" : host,
                        port("--listen", port),
                        forListening("--listen-cert", listenCert, clientCert),
                        forListening("--listen-key", listenKey, clientKey),
                        forListening("--ca-cert", caCert, null),
                        listenAllow));
    }

    private static Path forListening(String option, @Nullable Path own, @Nullable Path other) {
        Path file = own != null ? own : other;
        if (file == null) {
            throw new UsageException("--listen needs %s".formatted(option));
        }
        return readable(option, file);
    }

    private static Path readable(String option, Path file) {
        if (!Files.isReadable(file)) {
            throw new UsageException(
                    "%s: %s %s"
                            .formatted(
                                    option,
                                    file,
                                    Files.exists(file) ? "cannot be read" : "does not exist"));
        }
        return file;
    }

    private static int port(String option, int port) {
        if (port < 1 || port > 65535) {
            throw new UsageException("%s: a port is 1 to 65535, not %d".formatted(option, port));
        }
        return port;
    }

    private static long notNegative(String option, long value) {
        if (value < 0 || value > 1_000_000_000) {
            throw new UsageException("%s: %d is out of range".formatted(option, value));
        }
        return value;
    }

    private static Duration seconds(String option, long value, long least) {
        if (value < least || value > LONGEST.toSeconds()) {
            throw new UsageException(
                    "%s: %d s is not between %d and %d"
                            .formatted(option, value, least, LONGEST.toSeconds()));
        }
        return Duration.ofSeconds(value);
    }
}

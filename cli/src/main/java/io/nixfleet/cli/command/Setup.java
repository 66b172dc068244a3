package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.FlagValues;
import io.nixfleet.agent.console.UsageException;
import io.nixfleet.agent.controlplane.Endpoint;
import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.agent.tls.TlsPaths;
import io.nixfleet.cli.agents.PushClient;
import io.nixfleet.cli.controlplane.OperatorClient;
import io.nixfleet.cli.settings.ApiKeys;
import io.nixfleet.cli.settings.FleetFile;
import io.nixfleet.cli.settings.Setting;
import io.nixfleet.substituter.cache.credentials.Secret;
import io.nixfleet.substituter.cache.http.SmallVertx;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a command works with: the settings of flags and files, and the control plane. */
final class Setup implements AutoCloseable {
    /** For a call: an agent answers at once, and is asked again if it does not. */
    private static final Duration AGENT_LIMIT = Duration.ofSeconds(10);

    private final ConnectionFlags flags;
    private final FleetFile file;
    private final CommandOutput output;
    private final Map<String, String> environment;
    private @Nullable Vertx vertx;
    private @Nullable TlsFiles tls;
    private @Nullable OperatorClient client;

    private Setup(
            ConnectionFlags flags,
            FleetFile file,
            CommandOutput output,
            Map<String, String> environment) {
        this.flags = flags;
        this.file = file;
        this.output = output;
        this.environment = environment;
    }

    /**
     * Reads the fleet's file.
     *
     * @throws IOException when it is of no use
     */
    static Setup open(ConnectionFlags flags, CommandOutput output) throws IOException {
        Map<String, String> environment = System.getenv();
        FleetFile file =
                flags.config != null
                        ? FleetFile.read(flags.config, environment, output::warn)
                        : FleetFile.find(Path.of(""), environment, output::warn);
        return new Setup(flags, file, output, environment);
    }

    FleetFile file() {
        return file;
    }

    Map<String, String> environment() {
        return environment;
    }

    /** A flag's text, else the file's; what is set to nothing is not set. */
    Optional<String> text(@Nullable String flag, Setting setting) throws IOException {
        return flag != null && !flag.isBlank() ? Optional.of(flag) : file.text(setting);
    }

    /** A flag's URL, else the file's. */
    Optional<URI> url(@Nullable URI flag, Setting setting) throws IOException {
        if (flag != null && !flag.toString().isBlank()) {
            return Optional.of(flag);
        }
        Optional<String> text = file.text(setting);
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(new URI(text.get()));
        } catch (URISyntaxException e) {
            // Not quoted, since it may hold a login.
            throw new UsageException(
                    "the fleet's file: %s is not a URL: %s at character %d"
                            .formatted(setting.key(), e.getReason(), e.getIndex() + 1));
        }
    }

    private Optional<Path> path(@Nullable Path flag, Setting setting) throws IOException {
        Optional<Path> given = FlagValues.file(flag);
        return given.isPresent() ? given : file.path(setting);
    }

    Vertx vertx() {
        if (vertx == null) {
            vertx = SmallVertx.open();
        }
        return vertx;
    }

    /**
     * The control plane, to which no connection is made yet.
     *
     * @throws UsageException when none is named, or the options do not go together
     * @throws IOException when a certificate or key cannot be used
     */
    OperatorClient client() throws IOException {
        if (client == null) {
            try {
                Endpoint endpoint = endpoint();
                client = new OperatorClient(vertx(), endpoint, apiKey(endpoint.baseUrl()));
            } catch (UsageException e) {
                throw e;
            } catch (IllegalArgumentException e) {
                throw new UsageException(String.valueOf(e.getMessage()), e);
            }
        }
        return client;
    }

    /** Whether a control plane is named at all. */
    boolean hasControlPlane() throws IOException {
        return url(flags.url, Setting.CONTROL_PLANE_URL).isPresent();
    }

    /**
     * The agent at a URL, to which no connection is made yet; whoever asks closes it.
     *
     * @param host that the agent is to be of, for messages
     * @throws UsageException when the URL or the options will not do
     * @throws IOException when a certificate or key cannot be used
     */
    PushClient agent(String host, URI url) throws IOException {
        try {
            return new PushClient(
                    vertx(),
                    new Endpoint(
                            url,
                            tls(),
                            AGENT_LIMIT,
                            Version.userAgent(),
                            FlagValues.truth("--allow-insecure", flags.allowInsecure)
                                    || isLoopback(url),
                            PushClient.AGENT));
        } catch (UsageException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new UsageException("%s: %s".formatted(host, e.getMessage()), e);
        }
    }

    /** One for all: their files are read once. */
    private TlsFiles tls() throws IOException {
        if (tls == null) {
            tls =
                    TlsFiles.open(
                            new TlsPaths(
                                    path(flags.caCert, Setting.CA_CERT),
                                    path(flags.clientCert, Setting.CLIENT_CERT),
                                    path(flags.clientKey, Setting.CLIENT_KEY)));
        }
        return tls;
    }

    private Endpoint endpoint() throws IOException {
        URI url =
                url(flags.url, Setting.CONTROL_PLANE_URL)
                        .orElseThrow(
                                () ->
                                        new UsageException(
                                                "no control plane is named: give"
                                                        + " --control-plane-url (or"
                                                        + " NIXFLEET_CONTROL_PLANE_URL), or run"
                                                        + " 'nixfleet init'"));
        return new Endpoint(
                url,
                tls(),
                Endpoint.DEFAULT_TIMEOUT,
                Version.userAgent(),
                FlagValues.truth("--allow-insecure", flags.allowInsecure) || isLoopback(url));
    }

    private Optional<Secret> apiKey(URI url) throws IOException {
        Optional<Path> keyFile = FlagValues.file(flags.apiKeyFile);
        if (keyFile.isPresent()) {
            return Optional.of(ApiKeys.ofFile(keyFile.get(), output::warn));
        }
        Optional<Secret> ofVariable = ApiKeys.ofVariable(environment);
        return ofVariable.isPresent()
                ? ofVariable
                : ApiKeys.ofCredentials(ApiKeys.credentialsFile(environment), url, output::warn);
    }

    /** By the text alone: what a name server says of a name is no reason to give a key away. */
    private static boolean isLoopback(URI url) {
        String host = Optional.ofNullable(url.getHost()).orElse("");
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host.replaceAll("^\\[|\\]$", "")).isLoopbackAddress();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
        if (vertx != null) {
            vertx.close();
        }
    }
}

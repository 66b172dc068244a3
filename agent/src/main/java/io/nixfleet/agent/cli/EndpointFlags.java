package io.nixfleet.agent.cli;

import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.console.FlagValues;
import io.nixfleet.agent.console.UsageException;
import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.agent.tls.TlsPaths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the agent can be asked, and by whom. */
final class EndpointFlags {
    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            defaultValue = "${env:NIXFLEET_METRICS_PORT}",
            description =
                    "Serve a status page for people at /, and /metrics, /healthz, /readyz,"
                            + " /v1/status and /v1/history, on this port."
                            + " Variable: NIXFLEET_METRICS_PORT. Default: off.")
    private @Nullable String metricsPort;

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
            description = "The key of that certificate. Default: --client-key.")
    private @Nullable Path listenKey;

    @Option(
            names = "--socket",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_SOCKET:-" + AgentOptions.DEFAULT_SOCKET + "}",
            description =
                    "Where the local commands reach the agent. Variable: NIXFLEET_SOCKET. Default: "
                            + AgentOptions.DEFAULT_SOCKET
                            + ".")
    private Path socket = Path.of(AgentOptions.DEFAULT_SOCKET);

    Path socket() {
        return FlagValues.file(socket).orElse(Path.of(AgentOptions.DEFAULT_SOCKET));
    }

    OptionalInt metricsPort() {
        return metricsPort == null || metricsPort.isBlank()
                ? OptionalInt.empty()
                : OptionalInt.of(port("--metrics-port", metricsPort.strip()));
    }

    /**
     * @param client the agent's own certificate, which serves unless there is one for listening
     */
    Optional<AgentSettings.Push> push(TlsPaths client) throws IOException {
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
        int port = port("--listen", address.substring(colon + 1));
        List<String> allowed =
                listenAllow.stream().map(String::strip).filter(name -> !name.isEmpty()).toList();
        if (allowed.isEmpty()) {
            throw new UsageException("--listen needs --listen-allow: who may deploy to this host?");
        }
        checkPair();
        Path authority =
                client.caFile()
                        .orElseThrow(
                                () ->
                                        new UsageException(
                                                "--listen needs --ca-cert: whose certificates may"
                                                        + " clients have?"));
        return Optional.of(
                new AgentSettings.Push(
                        host.isEmpty() ? "0.0.0.0" : host,
                        port,
                        TlsFiles.open(serverPaths(client)),
                        authority,
                        allowed));
    }

    /** The key of the listener, if it has one of its own. */
    Optional<Path> ownKey() {
        return FlagValues.file(listenKey);
    }

    private void checkPair() {
        boolean certificate = FlagValues.file(listenCert).isPresent();
        if (certificate != FlagValues.file(listenKey).isPresent()) {
            throw new UsageException(
                    "--listen-cert and --listen-key come together: %s is missing"
                            .formatted(certificate ? "--listen-key" : "--listen-cert"));
        }
    }

    private TlsPaths serverPaths(TlsPaths client) {
        if (FlagValues.file(listenCert).isPresent()) {
            return new TlsPaths(
                    client.caFile(), FlagValues.file(listenCert), FlagValues.file(listenKey));
        }
        if (client.certificateFile().isEmpty()) {
            throw new UsageException(
                    "--listen needs a certificate and its key: --listen-cert and --listen-key, or"
                            + " those of the client");
        }
        return client;
    }

    private static int port(String option, String text) {
        try {
            return FlagValues.port(option, Integer.parseInt(text));
        } catch (NumberFormatException e) {
            throw new UsageException(
                    "%s: a port is 1 to 65535, not '%s'".formatted(option, text), e);
        }
    }
}

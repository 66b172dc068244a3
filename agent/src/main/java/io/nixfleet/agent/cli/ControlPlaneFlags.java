package io.nixfleet.agent.cli;

import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.console.FlagValues;
import io.nixfleet.agent.controlplane.ControlPlaneOptions;
import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.agent.tls.TlsPaths;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which control plane, as whom, and how often it is asked. */
final class ControlPlaneFlags {
    @Option(
            names = "--control-plane-url",
            paramLabel = "URL",
            defaultValue = "${env:NIXFLEET_CONTROL_PLANE_URL}",
            description = "The control plane. Variable: NIXFLEET_CONTROL_PLANE_URL. Required.")
    private @Nullable URI url;

    @Option(
            names = "--machine-id",
            paramLabel = "ID",
            defaultValue = "${env:NIXFLEET_MACHINE_ID}",
            description =
                    "This host's name at the control plane: the CN of its certificate."
                            + " Variable: NIXFLEET_MACHINE_ID. Required.")
    private @Nullable String machineId;

    @Option(
            names = "--allow-insecure",
            defaultValue = "${env:NIXFLEET_ALLOW_INSECURE:-false}",
            fallbackValue = "true",
            arity = "0..1",
            paramLabel = "BOOL",
            description =
                    "Allow a control plane over http://, for tests. Variable:"
                            + " NIXFLEET_ALLOW_INSECURE.")
    private String allowInsecure = "false";

    @Option(
            names = "--ca-cert",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_CA_CERT}",
            description =
                    "Certificate authorities in PEM, besides the system's. Variable:"
                            + " NIXFLEET_CA_CERT.")
    private @Nullable Path caCert;

    @Option(
            names = "--client-cert",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_CLIENT_CERT}",
            description = "This host's certificate in PEM. Variable: NIXFLEET_CLIENT_CERT.")
    private @Nullable Path clientCert;

    @Option(
            names = "--client-key",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_CLIENT_KEY}",
            description = "The key of that certificate in PEM. Variable: NIXFLEET_CLIENT_KEY.")
    private @Nullable Path clientKey;

    @Option(
            names = "--poll-interval",
            paramLabel = "SECONDS",
            defaultValue = "${env:NIXFLEET_POLL_INTERVAL:-60}",
            description = "Time between polls. Variable: NIXFLEET_POLL_INTERVAL. Default: 60.")
    private long pollInterval;

    @Option(
            names = "--retry-interval",
            paramLabel = "SECONDS",
            defaultValue = "${env:NIXFLEET_RETRY_INTERVAL:-30}",
            description =
                    "Time to the next poll after a failed one, at first. Variable:"
                            + " NIXFLEET_RETRY_INTERVAL. Default: 30.")
    private long retryInterval;

    /** Reads the certificates, too, so that a wrong one is found before anything is begun. */
    ControlPlaneOptions controlPlane(TlsPaths paths, String userAgent) throws IOException {
        requireUrl();
        return controlPlane(TlsFiles.open(paths), userAgent);
    }

    /** With certificates that have been read. */
    ControlPlaneOptions controlPlane(TlsFiles tls, String userAgent) {
        requireUrl();
        URI given = java.util.Objects.requireNonNull(url);
        return new ControlPlaneOptions(
                given,
                FlagValues.required("--machine-id", "NIXFLEET_MACHINE_ID", machineId),
                tls,
                ControlPlaneOptions.DEFAULT_TIMEOUT,
                userAgent,
                allowInsecure());
    }

    private void requireUrl() {
        FlagValues.required(
                "--control-plane-url",
                "NIXFLEET_CONTROL_PLANE_URL",
                url == null ? null : url.toString());
    }

    /** Whether a control plane is named at all. */
    boolean named() {
        return url != null && !url.toString().isBlank();
    }

    boolean allowInsecure() {
        return FlagValues.truth("--allow-insecure", allowInsecure);
    }

    TlsPaths tls() {
        return new TlsPaths(
                FlagValues.file(caCert), FlagValues.file(clientCert), FlagValues.file(clientKey));
    }

    AgentSettings.Polling polling() {
        return new AgentSettings.Polling(
                FlagValues.seconds("--poll-interval", pollInterval, 1),
                FlagValues.seconds("--retry-interval", retryInterval, 1));
    }
}

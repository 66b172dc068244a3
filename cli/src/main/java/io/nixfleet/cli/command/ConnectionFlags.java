package io.nixfleet.cli.command;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which control plane, and as whom. What is not given is looked for in the fleet's file. */
final class ConnectionFlags {
    @Option(
            names = "--control-plane-url",
            paramLabel = "URL",
            defaultValue = "${env:NIXFLEET_CONTROL_PLANE_URL}",
            description = "The control plane. Variable: NIXFLEET_CONTROL_PLANE_URL.")
    @Nullable URI url;

    @Option(
            names = "--api-key-file",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_API_KEY_FILE}",
            description =
                    "A file with the key by which the control plane knows you, in place of that in"
                        + " the variable NIXFLEET_API_KEY, else in ~/.config/nixfleet. Variable:"
                        + " NIXFLEET_API_KEY_FILE.")
    @Nullable Path apiKeyFile;

    @Option(
            names = "--ca-cert",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_CA_CERT}",
            description =
                    "Certificate authorities in PEM, besides the system's. Variable:"
                            + " NIXFLEET_CA_CERT.")
    @Nullable Path caCert;

    @Option(
            names = "--client-cert",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_CLIENT_CERT}",
            description = "Your certificate in PEM. Variable: NIXFLEET_CLIENT_CERT.")
    @Nullable Path clientCert;

    @Option(
            names = "--client-key",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_CLIENT_KEY}",
            description = "The key of that certificate in PEM. Variable: NIXFLEET_CLIENT_KEY.")
    @Nullable Path clientKey;

    @Option(
            names = "--allow-insecure",
            defaultValue = "${env:NIXFLEET_ALLOW_INSECURE:-false}",
            fallbackValue = "true",
            arity = "0..1",
            paramLabel = "BOOL",
            description =
                    "Allow a control plane, or an agent, over http:// that is not on this machine:"
                            + " the key goes over the network as it is. Variable:"
                            + " NIXFLEET_ALLOW_INSECURE.")
    String allowInsecure = "false";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "The fleet's settings, in place of the nearest .nixfleet.toml from here"
                            + " upward.")
    @Nullable Path config;
}

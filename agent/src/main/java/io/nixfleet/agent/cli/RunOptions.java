package io.nixfleet.agent.cli;

import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.tls.TlsPaths;
import io.nixfleet.nix.encoding.FormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.event.Level;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The daemon's options, spelled as the units in the field have them. */
final class RunOptions {
    private static final String DEFAULT_DATABASE = "/var/lib/nixfleet/state.db";

    @Mixin private ControlPlaneFlags controlPlane = new ControlPlaneFlags();
    @Mixin private FetchFlags fetch = new FetchFlags();
    @Mixin private HealthFlags health = new HealthFlags();
    @Mixin private ApplyFlags apply = new ApplyFlags();
    @Mixin private EndpointFlags endpoints = new EndpointFlags();
    @Mixin private LogFlags log = new LogFlags();

    @Option(
            names = "--db-path",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_DB_PATH:-" + DEFAULT_DATABASE + "}",
            description = "The agent's state. NIXFLEET_DB_PATH. Default: " + DEFAULT_DATABASE + ".")
    private Path database = Path.of(DEFAULT_DATABASE);

    /**
     * The settings that these options make. The types that they are made of have the checks; the
     * files that they name have been read.
     *
     * @throws UsageException naming the first option, or file, that is of no use
     */
    AgentSettings settings() {
        try {
            TlsPaths tls = controlPlane.tls();
            return new AgentSettings(
                    controlPlane.controlPlane(tls, Version.userAgent()),
                    controlPlane.polling(),
                    health.reporting(),
                    fetch.fetching(controlPlane.allowInsecure()),
                    FlagValues.file(database).orElse(Path.of(DEFAULT_DATABASE)),
                    apply.dryRun(),
                    health.config(),
                    apply.applying(),
                    endpoints.metricsPort(),
                    endpoints.push(tls),
                    endpoints.socket());
        } catch (FormatException | IllegalArgumentException | IOException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The files with secrets that are read all the time, by what they are. */
    Map<String, Path> secretFiles() {
        var files = new LinkedHashMap<String, Path>();
        controlPlane.tls().keyFile().ifPresent(file -> files.put("client key", file));
        endpoints.ownKey().ifPresent(file -> files.put("key of --listen", file));
        fetch.logins().ifPresent(file -> files.put("netrc file", file));
        return files;
    }

    Level logLevel() {
        return log.level();
    }
}
